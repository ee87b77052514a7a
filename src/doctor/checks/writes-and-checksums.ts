import { createHash } from 'node:crypto';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { failureOf } from '../../provision/failure.js';
import { amber, green, type Check } from '../finding.js';
import { putObject } from '../object-calls.js';

export const conditionalWrites: Check = {
  id: 'conditional-writes',
  title: 'conditional writes',
  needs: ['put'],
  permission: 's3:PutObject on auditforge/exports/*',
  run: async (context) => {
    let found = 'ignored: a key that is taken is written again';
    try {
      await putObject(context, context.testKey, context.testBody, '*');
    } catch (error) {
      const { reason, code } = failureOf(error);
      if (reason === 'precondition_failed') return green('a key that is taken is refused (412)');
      if (reason !== 'not_implemented') throw error;
      found = `the store does not know them (${code})`;
    }
    return amber(
      found,
      'Two processes in one second are told apart by version alone: keep versioning on, or run one process.',
    );
  },
};

export const checksums: Check = {
  id: 'checksums',
  title: 'checksums on get',
  needs: ['get'],
  run: async (context) => {
    const answer = await context.call('GetObject', async (client, target, abort) => {
      const { Body, ...rest } = await client.send(
        new GetObjectCommand({ ...target, Key: context.testKey, ChecksumMode: 'ENABLED' }),
        abort,
      );
      await Body!.transformToByteArray();
      return rest;
    });
    const given = checksumIn(answer);
    if (given !== undefined) return green(given);
    const md5 = createHash('md5').update(context.testBody).digest('hex');
    return answer.ETag?.replaceAll('"', '') === md5
      ? amber(
          'none: the MD5 that an etag is, is the check',
          'Nothing: shards put in one part are held to that.',
        )
      : amber(
          'none, and the etag is no MD5',
          'Bytes are held to length and etag alone: use a store that keeps checksums.',
        );
  },
};

function checksumIn(answer: Omit<GetObjectCommandOutput, 'Body'>): string | undefined {
  const name = (['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const).find(
    (algorithm) => answer[`Checksum${algorithm}`] !== undefined,
  );
  return name && `given (${name})`;
}
