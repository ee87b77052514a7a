import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { CutBody } from './read-errors.js';

/**
 * A 200 that holds something else, or a listing that was cut, parses as one of fewer keys: then shards would
 * be missing without a word. @throws CutBody, so that it is asked for again
 */
export function assertWhole({ IsTruncated, KeyCount, Contents = [] }: ListObjectsV2CommandOutput): void {
  if (IsTruncated === undefined) throw new CutBody('the answer is no listing');
  if (KeyCount !== undefined && KeyCount !== Contents.length) {
    throw new CutBody(`the listing has ${Contents.length} of ${KeyCount} keys`);
  }
  if (Contents.some(({ Key, Size, ETag }) => Key === undefined || Size === undefined || ETag === undefined)) {
    throw new CutBody('an entry of the listing has no Key, Size or ETag');
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, `encoding-type`: a space is `+`. */
export function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}
