import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { CountingHash } from './large-log.js';

export interface Download {
  status: number | undefined;
  /** The body ended as it should. */
  whole: boolean;
  sha256: string;
  size: number;
  trailers: NodeJS.Dict<string>;
}

/** Reads a body to its end and keeps no more of it than its digest and length. */
export async function download(url: string, headers: Record<string, string> = {}): Promise<Download> {
  const request = get(url, { headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  request.on('error', () => undefined);
  const hash = new CountingHash();
  try {
    for await (const chunk of response) hash.update(chunk as Buffer);
  } catch {
    // A cut body: `complete` tells.
  }
  const { statusCode: status, complete: whole, trailers } = response;
  return { status, whole, ...hash.end(), trailers };
}
