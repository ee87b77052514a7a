import type { S3Http } from './s3-http.js';

/** What one GET reads: a whole shard, or a range of a large one. */
export interface Segment {
  path: string;
  size: number;
  /** Of a range. */
  from?: number;
}

const RANGE_BYTES = 8 * 2 ** 20;
const ENTRY = /<Contents>.*?<Key>(.*?)<\/Key>.*?<Size>(\d+)<\/Size>/gs;
const NEXT = /<NextContinuationToken>(.*?)<\/NextContinuationToken>/;

/** One page of a listing. */
export async function listPage(
  s3: S3Http,
  bucket: string,
  prefix: string,
  token?: string,
): Promise<{ segments: Segment[]; next?: string }> {
  const from = token === undefined ? '' : `continuation-token=${encodeURIComponent(token)}&`;
  const query = `${from}list-type=2&prefix=${encodeURIComponent(prefix)}`;
  const page = await s3.text('GET', `/${bucket}`, query);
  const segments: Segment[] = [];
  for (const [, key, size] of page.matchAll(ENTRY)) {
    segments.push(...segmentsOf(`/${bucket}/${key}`, Number(size)));
  }
  const next = NEXT.exec(page)?.[1];
  return { segments, ...(next === undefined ? {} : { next }) };
}

function segmentsOf(path: string, size: number): Segment[] {
  if (size <= RANGE_BYTES) return size === 0 ? [] : [{ path, size }];
  const ranges: Segment[] = [];
  for (let from = 0; from < size; from += RANGE_BYTES) {
    ranges.push({ path, size: Math.min(RANGE_BYTES, size - from), from });
  }
  return ranges;
}
