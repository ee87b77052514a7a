import { CreateBucketCommand, HeadBucketCommand, type BucketLocationConstraint } from '@aws-sdk/client-s3';
import { CommandError } from '../command-line.js';
import { failureOf } from './failure.js';
import type { BucketCalls } from './bucket-calls.js';

/**
 * Makes the bucket unless it is there.
 * @returns whether it was made
 * @throws CommandError when it can be neither found nor made: nothing else can be done then
 */
export async function ensureBucket(calls: BucketCalls): Promise<boolean> {
  try {
    await calls.call('HeadBucket', (client, target, abort) =>
      client.send(new HeadBucketCommand(target), abort),
    );
    return false;
  } catch (error) {
    const { reason, code } = failureOf(error);
    if (reason === 'missing') return create(calls);
    throw refusal(calls, reason, code);
  }
}

async function create(calls: BucketCalls): Promise<boolean> {
  try {
    await calls.call('CreateBucket', (client, target, abort) =>
      client.send(new CreateBucketCommand({ ...target, ...locationOf(calls.region) }), abort),
    );
    return true;
  } catch (error) {
    const { reason, code } = failureOf(error);
    // A try whose answer was lost.
    if (code === 'BucketAlreadyOwnedByYou') return true;
    throw refusal(calls, code === 'BucketAlreadyExists' ? 'access_denied' : reason, code);
  }
}

/** us-east-1 is older than locations: there it must not be named. */
function locationOf(region: string) {
  return region === 'us-east-1'
    ? {}
    : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
}

function refusal({ bucket, region }: BucketCalls, reason: string, code: string): CommandError {
  if (code === 'CredentialsProviderError') {
    return new CommandError(
      'No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.',
    );
  }
  if (code === 'BucketAlreadyExists') {
    return new CommandError(`The bucket ${bucket} belongs to someone else (${code}): choose another name.`);
  }
  if (reason === 'access_denied') {
    return new CommandError(
      `The bucket ${bucket} belongs to someone else, or these credentials may not use it (${code}): choose another name, or allow s3:ListBucket and s3:CreateBucket.`,
    );
  }
  if (reason === 'misconfigured') {
    return new CommandError(
      `The bucket ${bucket} is not in ${region} (${code}): set AWS_REGION to where it is.`,
    );
  }
  return new CommandError(
    `The store does not answer as it should (${code}): check AUDITFORGE_S3_ENDPOINT, AWS_REGION and the network.`,
  );
}
