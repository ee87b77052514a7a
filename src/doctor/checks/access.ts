import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import { failureOf } from '../../provision/failure.js';
import type { BucketContext } from '../bucket-context.js';
import { green, red, type Check, type Finding } from '../finding.js';
import { getObject, listUnder, putObject, shardPrefix } from '../object-calls.js';

const CLEAN_UP_MS = 15_000;

export const list: Check = {
  id: 'list',
  title: 'may list shards',
  needs: ['reachable'],
  permission: 's3:ListBucket',
  run: async (context) => {
    await listUnder(context, shardPrefix(context));
    return green('yes');
  },
};

/** S3 tells that an object is missing only to those who may list its key; to others it is "access denied". */
export const missing: Check = {
  id: 'missing-told',
  title: 'is told what is missing',
  needs: ['reachable'],
  run: async (context) => {
    const keys = [
      `${shardPrefix(context)}none.jsonl`,
      `auditforge/exports/${context.mark}-none`,
      ...(context.role === 'shared' ? [`auditforge/engagements/${context.mark}-none.json`] : []),
    ];
    for (const key of keys) {
      const prefix = key.slice(0, key.indexOf(context.mark));
      try {
        await getObject(context, key);
        return red(`an object that nobody wrote is there: ${key}`, 'Find out what answers for the store.');
      } catch (error) {
        const { reason, code } = failureOf(error);
        if (reason === 'access_denied') {
          return red(
            `a missing object under ${prefix} is refused (${code}), not missing`,
            `Allow s3:GetObject on ${prefix}* and s3:ListBucket for that prefix, as docs/iam-policy.json does: without, an unknown engagement or a free key looks like a failure of the store.`,
          );
        }
        if (reason !== 'missing') throw error;
      }
    }
    return green('yes: 404');
  },
};

export const put: Check = {
  id: 'put',
  title: 'may put an export',
  needs: ['reachable'],
  permission: 's3:PutObject on auditforge/exports/*',
  run: async (context) => {
    const { testKey, testBody } = context;
    context.versionId = await putObject(context, testKey, testBody);
    return green('yes');
  },
};

export const get: Check = {
  id: 'get',
  title: 'may get an export',
  needs: ['put'],
  permission: 's3:GetObject on auditforge/exports/*',
  run: async (context) => sameBytes(context, await getObject(context, context.testKey)),
};

export const getVersion: Check = {
  id: 'get-version',
  title: 'may get a version',
  needs: ['put'],
  permission: 's3:GetObjectVersion on auditforge/exports/*',
  run: async (context) => {
    if (context.versionId === null)
      return green('not needed: the bucket gives no versions, links are to the key');
    return sameBytes(context, await getObject(context, context.testKey, context.versionId));
  },
};

export const multipart: Check = {
  id: 'multipart',
  title: 'may begin and abort an upload',
  needs: ['reachable'],
  permission: 's3:PutObject, s3:AbortMultipartUpload and s3:ListMultipartUploadParts on auditforge/exports/*',
  run: async (context) => {
    const { testKey: Key } = context;
    const { UploadId, checksums } = await createUpload(context);
    try {
      await context.call('ListParts', (client, target, abort) =>
        client.send(new ListPartsCommand({ ...target, Key, UploadId }), abort),
      );
    } finally {
      await context.call(
        'AbortMultipartUpload',
        (client, target, abort) =>
          client.send(new AbortMultipartUploadCommand({ ...target, Key, UploadId }), abort),
        AbortSignal.timeout(CLEAN_UP_MS),
      );
    }
    return green(checksums ? 'yes' : 'yes, without checksums of parts, which the store does not know');
  },
};

/** As the service does: with checksums of parts, and without where the store does not know them. */
async function createUpload(context: BucketContext) {
  const create = (more: { ChecksumAlgorithm?: 'CRC32' }) =>
    context.call('CreateMultipartUpload', (client, target, abort) =>
      client.send(new CreateMultipartUploadCommand({ ...target, ...more, Key: context.testKey }), abort),
    );
  try {
    return { UploadId: (await create({ ChecksumAlgorithm: 'CRC32' })).UploadId, checksums: true };
  } catch (error) {
    if (failureOf(error).reason !== 'not_implemented') throw error;
    return { UploadId: (await create({})).UploadId, checksums: false };
  }
}

function sameBytes({ testBody }: BucketContext, bytes: Uint8Array): Finding {
  return testBody.equals(bytes)
    ? green('yes, byte for byte')
    : red(
        'other bytes than were put',
        'Do not use this store: find out what stands between it and the service.',
      );
}
