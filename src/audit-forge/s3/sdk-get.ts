import type { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { rangeHeader, type ObjectReceiver, type ObjectRequest } from './object-request.js';
import { CutBody, Stalled, WrongAnswer } from './read-errors.js';
import type { BucketLocation } from './s3-clients.js';
import { bucketTarget } from './s3-store.js';

/** Reads an object, or a range of it, with the SDK. */
export async function sdkGet(
  client: S3Client,
  location: BucketLocation,
  { key, etag, range }: ObjectRequest,
  receiver: ObjectReceiver,
  stallSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  const stall = new StallTimer(stallSeconds);
  const abortSignal = AbortSignal.any([signal, stall.signal]);
  let body: Readable | undefined;
  try {
    const command = new GetObjectCommand({
      ...bucketTarget(location),
      Key: key,
      IfMatch: etag,
      ...(range === undefined ? {} : { Range: rangeHeader(range) }),
    });
    const answer = await client.send(withChecksums(command), { abortSignal });
    body = answer.Body as Readable;
    const memory = receiver.begin(answer);
    const stop = () => body?.destroy(abortSignal.reason as Error);
    abortSignal.addEventListener('abort', stop, { once: true });
    try {
      await receive(body, memory, receiver, () => stall.reset());
    } finally {
      abortSignal.removeEventListener('abort', stop);
    }
  } catch (error) {
    // An unread body keeps its socket for ever.
    body?.destroy();
    throw stall.signal.aborted ? (stall.signal.reason as Error) : error;
  } finally {
    stall.stop();
  }
}

/**
 * Asks for the store's checksums without the SDK's own validation, which `ChecksumMode` would turn on: it
 * hashes in a stream of its own, and does not know what is checked here already.
 */
export function withChecksums<C extends GetObjectCommand | HeadObjectCommand>(command: C): C {
  // Both commands take it alike, but TypeScript 6 finds no call that fits the two types.
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion
  (command as unknown as GetObjectCommand).middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['x-amz-checksum-mode'] = 'ENABLED';
      return next(args);
    },
    { step: 'build', name: 'askForChecksums' },
  );
  return command;
}

async function receive(
  body: AsyncIterable<Buffer>,
  memory: Uint8Array,
  receiver: ObjectReceiver,
  onChunk: () => void,
): Promise<void> {
  let filled = 0;
  for await (const chunk of body) {
    onChunk();
    if (filled + chunk.length > memory.length) throw new WrongAnswer('more bytes than were asked for');
    memory.set(chunk, filled);
    filled += chunk.length;
    receiver.received(chunk.length);
  }
  if (filled < memory.length) {
    throw new CutBody(`the body ended after ${filled} of ${memory.length} bytes`);
  }
}

/** Aborts its signal when nothing resets it for the set time. */
class StallTimer {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(seconds: number) {
    this.timer = setTimeout(() => {
      this.controller.abort(new Stalled(`no byte came from the store for ${seconds} s`));
    }, seconds * 1000);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  reset(): void {
    this.timer.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
