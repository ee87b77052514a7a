import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Beyond this an answer never comes: the service's own limits are all shorter. */
const LIMIT_MS = 120_000;

/** All that came back. */
export interface Answer {
  /** 0: the connection ended before an answer. */
  status: number;
  headers: IncomingHttpHeaders;
  trailers: NodeJS.Dict<string>;
  body: Buffer;
  /** The body did not end cleanly. */
  isCut: boolean;
  /** Because the client went. */
  hasLeft: boolean;
  /** Because it took far too long. */
  tookTooLong: boolean;
}

export interface Asking {
  method?: string;
  headers?: Record<string, string>;
  /** The client goes when this is aborted. */
  leave?: AbortSignal;
  /** The client goes once it has so many bytes. */
  leaveAtByte?: number;
  /** After each piece of the body. */
  pauseMs?: number;
}

// No connection is kept, so that none that is open later is an idle one.
const agent = new Agent({ keepAlive: false, maxSockets: Infinity });

/** Asks for something over plain HTTP/1.1, as a client with these manners. Never rejects. */
export async function ask(url: string, asking: Asking = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, leave } = asking;
  const answer = { ...NO_ANSWER, body: Buffer.alloc(0) };
  const request = httpRequest(url, { method, headers, agent });
  // Shows in what is awaited below as well.
  request.on('error', () => undefined);
  const go = () => {
    answer.hasLeft = true;
    request.destroy();
  };
  if (leave?.aborted) go();
  leave?.addEventListener('abort', go, { once: true });
  const limit = setTimeout(() => {
    answer.tookTooLong = true;
    request.destroy();
  }, LIMIT_MS);
  const chunks: Buffer[] = [];
  try {
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    answer.status = response.statusCode ?? 0;
    answer.headers = response.headers;
    await receive(response, asking, chunks, go);
    answer.trailers = response.trailers;
    answer.isCut = !response.complete;
  } catch {
    answer.isCut = true;
  } finally {
    clearTimeout(limit);
    leave?.removeEventListener('abort', go);
  }
  return { ...answer, body: Buffer.concat(chunks) };
}

const NO_ANSWER: Answer = {
  status: 0,
  headers: {},
  trailers: {},
  body: Buffer.alloc(0),
  isCut: false,
  hasLeft: false,
  tookTooLong: false,
};

async function receive(
  response: IncomingMessage,
  { leaveAtByte, pauseMs }: Asking,
  chunks: Buffer[],
  go: () => void,
): Promise<void> {
  let received = 0;
  const leaveWhenEnough = () => {
    if (leaveAtByte !== undefined && received >= leaveAtByte) go();
  };
  leaveWhenEnough();
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    received += chunk.length;
    leaveWhenEnough();
    if (pauseMs !== undefined) await sleep(pauseMs);
  }
}
