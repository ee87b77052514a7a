import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { abortsUploads, defaultEncryption, missingBlocks } from '../../provision/bucket-standard.js';
import type { BucketContext } from '../bucket-context.js';
import { failureOf } from '../../provision/failure.js';
import { amber, green, red, type Check } from '../finding.js';

export const versioning: Check = {
  id: 'versioning',
  title: 'versioning',
  needs: ['reachable'],
  optional: true,
  permission: 's3:GetBucketVersioning',
  run: async (context) => {
    const { Status } = await context.call('GetBucketVersioning', (client, target, abort) =>
      client.send(new GetBucketVersioningCommand(target), abort),
    );
    if (Status === 'Enabled') return green('on');
    return amber(
      Status === undefined ? 'off' : 'suspended',
      `What is replaced or removed is lost. ${provision(context)}`,
    );
  },
};

export const encryption: Check = {
  id: 'encryption',
  title: 'default encryption',
  needs: ['reachable'],
  optional: true,
  permission: 's3:GetEncryptionConfiguration',
  run: async (context) => {
    const answer = await unlessMissing(
      context.call('GetBucketEncryption', (client, target, abort) =>
        client.send(new GetBucketEncryptionCommand(target), abort),
      ),
    );
    const algorithm = defaultEncryption(answer?.ServerSideEncryptionConfiguration);
    return algorithm === undefined ? amber('none', provision(context)) : green(algorithm);
  },
};

export const publicAccess: Check = {
  id: 'public-access-block',
  title: 'public-access blocks',
  needs: ['reachable'],
  optional: true,
  permission: 's3:GetBucketPublicAccessBlock',
  run: async (context) => {
    const answer = await unlessMissing(
      context.call('GetPublicAccessBlock', (client, target, abort) =>
        client.send(new GetPublicAccessBlockCommand(target), abort),
      ),
    );
    const lacking = missingBlocks(answer?.PublicAccessBlockConfiguration);
    if (lacking.length === 0) return green('all four are set');
    const found = `not set: ${lacking.join(', ')}`;
    return context.isAws
      ? red(found, `A mistake could make logs public. ${provision(context)}`)
      : amber(
          found,
          `${provision(context)} Leave them off where the store then refuses its own account's puts (Ceph 16 does).`,
        );
  },
};

export const lifecycle: Check = {
  id: 'abort-incomplete-uploads',
  title: 'lifecycle of uploads',
  needs: ['reachable'],
  optional: true,
  permission: 's3:GetLifecycleConfiguration',
  run: async (context) => {
    const answer = await unlessMissing(
      context.call('GetBucketLifecycleConfiguration', (client, target, abort) =>
        client.send(new GetBucketLifecycleConfigurationCommand(target), abort),
      ),
    );
    const rule = answer?.Rules?.find((one) => abortsUploads(one, 'auditforge/exports/'));
    if (rule !== undefined) {
      return green(
        `aborts incomplete ones after ${rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation} d`,
      );
    }
    return amber(
      'no rule aborts incomplete ones',
      `What a killed process leaves is kept and paid for. ${provision(context)}`,
    );
  },
};

/** Told, not required. */
export const objectLock: Check = {
  id: 'object-lock',
  title: 'Object Lock',
  needs: ['reachable'],
  optional: true,
  permission: 's3:GetBucketObjectLockConfiguration',
  run: async (context) => {
    const answer = await unlessMissing(
      context.call('GetObjectLockConfiguration', (client, target, abort) =>
        client.send(new GetObjectLockConfigurationCommand(target), abort),
      ),
    );
    return answer?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled'
      ? green('on')
      : green('off (not required)');
  },
};

/** What is not set, S3 calls missing. */
async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (failureOf(error).reason === 'missing') return undefined;
    throw error;
  }
}

function provision({ bucket, location: { region } }: BucketContext): string {
  const where = region === undefined ? '' : `AWS_REGION=${region} `;
  return `${where}npm run provision -- --bucket ${bucket} sets it.`;
}
