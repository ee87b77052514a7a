import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type LifecycleRule,
} from '@aws-sdk/client-s3';
import type { BucketCalls } from './bucket-calls.js';
import { BLOCKS, defaultEncryption, missingBlocks, withAbortRule } from './bucket-standard.js';

/** What a step found, and whether it had to change it. */
export interface StepResult {
  changed: boolean;
  detail: string;
}

/** One setting of the standard. Reads, and writes only what is not already so. */
export type Step = (calls: BucketCalls) => Promise<StepResult>;

/** By the name that `--skip` takes. */
export const STEPS = {
  versioning: async (calls) => {
    const { Status } = await calls.call('GetBucketVersioning', (client, target, abort) =>
      client.send(new GetBucketVersioningCommand(target), abort),
    );
    if (Status === 'Enabled') return { changed: false, detail: 'on' };
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await calls.call('PutBucketVersioning', (client, target, abort) =>
      client.send(new PutBucketVersioningCommand({ ...target, VersioningConfiguration }), abort),
    );
    return { changed: true, detail: `on; it was ${Status === undefined ? 'off' : 'suspended'}` };
  },

  encryption: async (calls) => {
    const answer = await calls.read('GetBucketEncryption', (client, target, abort) =>
      client.send(new GetBucketEncryptionCommand(target), abort),
    );
    const algorithm = defaultEncryption(answer?.ServerSideEncryptionConfiguration);
    if (algorithm !== undefined) return { changed: false, detail: algorithm };
    const byDefault = { SSEAlgorithm: 'AES256' as const };
    const configuration = { Rules: [{ ApplyServerSideEncryptionByDefault: byDefault }] };
    await calls.call('PutBucketEncryption', (client, target, abort) =>
      client.send(
        new PutBucketEncryptionCommand({ ...target, ServerSideEncryptionConfiguration: configuration }),
        abort,
      ),
    );
    return { changed: true, detail: 'AES256; there was none' };
  },

  'public-access-block': async (calls) => {
    const answer = await calls.read('GetPublicAccessBlock', (client, target, abort) =>
      client.send(new GetPublicAccessBlockCommand(target), abort),
    );
    const lacking = missingBlocks(answer?.PublicAccessBlockConfiguration);
    if (lacking.length === 0) return { changed: false, detail: 'all four are set' };
    const configuration = Object.fromEntries(BLOCKS.map((block) => [block, true]));
    await calls.call('PutPublicAccessBlock', (client, target, abort) =>
      client.send(
        new PutPublicAccessBlockCommand({ ...target, PublicAccessBlockConfiguration: configuration }),
        abort,
      ),
    );
    return {
      changed: true,
      detail: `all four are set; not set ${lacking.length === 1 ? 'was' : 'were'} ${lacking.join(', ')}`,
    };
  },

  lifecycle: async (calls) => {
    const answer = await calls.read('GetBucketLifecycleConfiguration', (client, target, abort) =>
      client.send(new GetBucketLifecycleConfigurationCommand(target), abort),
    );
    const there: readonly LifecycleRule[] = answer?.Rules ?? [];
    const rules = withAbortRule(there);
    if (rules === there) return { changed: false, detail: 'incomplete uploads are aborted after 1 day' };
    const sizes = answer?.TransitionDefaultMinimumObjectSize;
    await calls.call('PutBucketLifecycleConfiguration', (client, target, abort) =>
      client.send(
        new PutBucketLifecycleConfigurationCommand({
          ...target,
          LifecycleConfiguration: { Rules: [...rules] },
          // Not told again, it would go back to its default.
          ...(sizes === undefined ? {} : { TransitionDefaultMinimumObjectSize: sizes }),
        }),
        abort,
      ),
    );
    const kept = there.length === 0 ? 'no other rules' : `other rules kept: ${rules.length - 1}`;
    return { changed: true, detail: `incomplete uploads are aborted after 1 day; ${kept}` };
  },
} as const satisfies Record<string, Step>;

export type StepName = keyof typeof STEPS;
