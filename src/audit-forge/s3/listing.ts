import {
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { CutBody } from './read-errors.js';
import type { BucketLocation } from './s3-clients.js';
import type { S3Store } from './s3-store.js';

export type ListInput = Omit<ListObjectsV2CommandInput, 'Bucket' | 'EncodingType'> & { Prefix: string };

/** One page of a listing, whole. @throws S3Failure */
export function listPage(
  store: S3Store,
  location: BucketLocation,
  input: ListInput,
  signal: AbortSignal,
): Promise<ListObjectsV2CommandOutput> {
  // Keys may hold what XML cannot, so they are asked for percent-encoded.
  const command = { ...input, EncodingType: 'url' as const };
  return store.send('ListObjectsV2', location, signal, async (client, target, abort) => {
    const answer = await client.send(new ListObjectsV2Command({ ...target, ...command }), abort);
    assertWhole(answer);
    return answer;
  });
}

/** Every key of a listing, in the order of the store. @throws S3Failure, AuditForgeError `storage_unavailable` */
export async function* listKeys(
  store: S3Store,
  location: BucketLocation,
  input: ListInput,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const page = await listPage(store, location, { ...input, ContinuationToken: token }, signal);
    for (const { Key } of page.Contents ?? []) yield keyIn(page, Key!);
    token = nextToken(page, token, location, input.Prefix);
  } while (token !== undefined);
}

/** A key as it is, and not as the page has it. */
export function keyIn({ EncodingType }: ListObjectsV2CommandOutput, key: string): string {
  return EncodingType === 'url' ? decodeKey(key) : key;
}

/** @returns what asks for the next page; undefined: there is none */
export function nextToken(
  { IsTruncated, NextContinuationToken: next }: ListObjectsV2CommandOutput,
  token: string | undefined,
  location: BucketLocation,
  prefix: string,
): string | undefined {
  if (IsTruncated !== true) return undefined;
  if (next === undefined || next === '' || next === token)
    throw unusableListing(location, prefix, 'it does not say how to go on');
  return next;
}

export function unusableListing({ bucket }: BucketLocation, prefix: string, why: string): AuditForgeError {
  return new AuditForgeError('storage_unavailable', {
    context: { bucket, prefix, reason: `the listing cannot be used: ${why}` },
  });
}

/**
 * A 200 that holds something else, or a listing that was cut, parses as one of fewer keys: then shards would
 * be missing without a word. @throws CutBody, so that it is asked for again
 */
function assertWhole({ IsTruncated, KeyCount, Contents = [] }: ListObjectsV2CommandOutput): void {
  if (IsTruncated === undefined) throw new CutBody('the answer is no listing');
  if (KeyCount !== undefined && KeyCount !== Contents.length) {
    throw new CutBody(`the listing has ${Contents.length} of ${KeyCount} keys`);
  }
  if (Contents.some(({ Key, Size, ETag }) => Key === undefined || Size === undefined || ETag === undefined)) {
    throw new CutBody('an entry of the listing has no Key, Size or ETag');
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, `encoding-type`: a space is `+`. */
function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}
