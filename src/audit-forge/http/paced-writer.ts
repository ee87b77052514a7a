import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ClientPace, MIN_BYTES_PER_SECOND, PACE_SECONDS } from './client-pace.js';

/** How slow a client may be. */
export interface PaceLimits {
  /** Without taking a byte. */
  idleSeconds: number;
  /** Whether others wait for what its export holds: then it has to keep up a little. */
  othersWait: () => boolean;
}

/** A client that is too slow to be waited for. */
export class ClientCutOff extends Error {
  override readonly name = 'ClientCutOff';

  constructor(
    readonly code: 'client_idle' | 'client_slow',
    message: string,
  ) {
    super(message);
  }
}

/** Bytes handed to the socket at once. */
const SLICE_BYTES = 128 * 1024;
const LOOK_MS = 1_000;

/**
 * Writes an answer at the pace of its client, as long as that has one. Time is counted only while bytes wait
 * for the client, so a store that is slow never makes the client look so.
 */
export class PacedWriter {
  private readonly pace = new ClientPace();
  private readonly looking: NodeJS.Timeout;
  private readonly idleMs: number;
  private readonly socket: Socket | null;
  private waitingSince: number | undefined;
  private fail: (error: Error) => void = () => undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly limits: PaceLimits,
    private readonly signal: AbortSignal,
  ) {
    this.idleMs = limits.idleSeconds * 1000;
    this.socket = response.socket;
    // The socket's own limit sees every byte that the kernel takes, and not only whole writes. Without a
    // listener here Node would end the connection itself, also while it is the store that is waited for.
    response.setTimeout(this.idleMs, () => this.onIdle());
    this.looking = setInterval(() => this.look(), LOOK_MS);
  }

  /**
   * Resolves once all bytes have left for the network, so that their memory may be used again.
   * @throws ClientCutOff, or the signal's reason
   */
  async write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      const slice = bytes.subarray(at, at + SLICE_BYTES);
      await this.forClient((done) => this.response.write(slice, done));
      this.pace.took(slice.length);
    }
  }

  /** Ends the answer and resolves when all of it has left. @throws ClientCutOff, or the signal's reason */
  end(): Promise<void> {
    return this.forClient((done) => this.response.end(done));
  }

  /** In the end, however that came. */
  close(): void {
    clearInterval(this.looking);
    // Where the connection waits for its next request, Node has set another one by now.
    if (this.socket?.timeout === this.idleMs) this.socket.setTimeout(0);
  }

  private forClient(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const settle = (error?: Error | null) => {
        this.countWait();
        this.waitingSince = undefined;
        signal.removeEventListener('abort', onAbort);
        if (!error) resolve();
        else afterClosing(() => reject(signal.aborted ? (signal.reason as Error) : error));
      };
      const onAbort = () => settle(signal.reason as Error);
      this.fail = settle;
      this.waitingSince = performance.now();
      signal.addEventListener('abort', onAbort, { once: true });
      start(settle);
    });
  }

  private countWait(): void {
    if (this.waitingSince === undefined) return;
    const now = performance.now();
    this.pace.waited(now - this.waitingSince);
    this.waitingSince = now;
  }

  private onIdle(): void {
    if (this.waitingSince === undefined) return;
    const { idleSeconds } = this.limits;
    this.fail(new ClientCutOff('client_idle', `the client has read nothing for ${idleSeconds} s`));
  }

  private look(): void {
    if (this.waitingSince === undefined) return;
    this.countWait();
    if (!this.pace.isSlow || !this.limits.othersWait()) return;
    const rate = `${MIN_BYTES_PER_SECOND / 1024} KiB/s`;
    const message = `the client has read less than ${rate} for ${PACE_SECONDS} s while others waited`;
    this.fail(new ClientCutOff('client_slow', message));
  }
}

/** That a client has left fails a write before the signal says so, which it does when the socket has closed. */
function afterClosing(then: () => void): void {
  // Sockets close between two turns of immediates.
  setImmediate(() => setImmediate(then));
}
