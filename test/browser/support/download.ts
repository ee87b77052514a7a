import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Download } from 'playwright-core';

export interface Digest {
  bytes: number;
  /** Lowercase hex. */
  sha256: string;
}

/** Of what the browser has stored, once all of it is there; it is never held whole. */
export async function digestOfFile(download: Download): Promise<Digest> {
  return digestOf(createReadStream(await download.path()));
}

/** Of what a link gives to a program that follows it without cookie or credential. */
export async function digestOfLink(link: string): Promise<Digest> {
  const response = await fetch(link);
  if (response.status !== 200) throw new Error(`The link answers ${response.status}.`);
  return digestOf(response.body as AsyncIterable<Uint8Array>);
}

export async function digestOf(source: Readable | AsyncIterable<Uint8Array> | string): Promise<Digest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of typeof source === 'string' ? [Buffer.from(source)] : source) {
    hash.update(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
