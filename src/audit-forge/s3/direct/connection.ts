import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CutBody, Stalled } from '../read-errors.js';
import { BadResponse, parseResponseHead, type ResponseHead } from './response-head.js';
import { RefusalReader } from './store-refusal.js';

/** Where a store listens. */
export interface Origin {
  secure: boolean;
  hostname: string;
  port: number;
}

/** What one request expects of its answer. */
export interface Receiver {
  /**
   * Looks at the head of a success before any byte of the body.
   * @returns the memory for exactly the body's bytes, which are then read straight into it
   * @throws what makes the answer useless: the body is not read
   */
  begin(head: ResponseHead): Uint8Array;
  /** So many further bytes are in that memory. */
  received(count: number): void;
}

export interface ConnectionLimits {
  connectMs: number;
  /** Without a byte in either direction. */
  stallMs: number;
}

const MAX_HEAD_BYTES = 64 * 1024;

/**
 * Heads of answers, and small bodies behind them, arrive in here. One for all connections: what a read has
 * put into it is taken out before the next read of any connection begins.
 */
const SCRATCH = Buffer.allocUnsafeSlow(MAX_HEAD_BYTES);

/** One request on its way. */
interface Exchange {
  receiver: Receiver;
  /** The head so far, where it did not come in one piece. */
  head: Buffer | undefined;
  keepsAlive: boolean;
  body: Uint8Array | undefined;
  filled: number;
  /** Reads an answer that is no success. */
  refusal: RefusalReader | undefined;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * An HTTP/1.1 connection for one GET at a time, whose bodies are read by the kernel straight into the memory
 * that is to hold them. `node:http` allocates two buffers for every 64 KiB that arrive, which costs more than
 * everything else that is done with them (docs/performance.md). It speaks what S3 answers to a GET of an
 * object: a body whose length is given. Anything else is a {@link BadResponse}.
 */
export class Connection {
  private readonly socket: Socket;
  private exchange: Exchange | undefined;
  private closed = false;
  /** It has served a request before, so the store may have closed it meanwhile. */
  isReused = false;
  /** The head of the answer to the last request has come. */
  isAnswered = false;

  constructor(
    { secure, hostname, port }: Origin,
    limits: ConnectionLimits,
    private readonly onClosed: () => void,
  ) {
    const address = hostname.replaceAll(/[[\]]/g, '');
    const options = {
      host: address,
      port,
      noDelay: true,
      onread: {
        buffer: () => this.memory(),
        callback: (count: number) => this.onBytes(count),
      },
    };
    this.socket = secure
      ? connectTls({ ...options, ...(isIP(address) === 0 ? { servername: address } : {}) })
      : connectPlain(options);
    this.socket.setTimeout(limits.connectMs);
    this.socket.once(secure ? 'secureConnect' : 'connect', () => this.socket.setTimeout(limits.stallMs));
    this.socket.on('timeout', () =>
      this.end(new Stalled(`no byte came from the store for ${this.socket.timeout} ms`)),
    );
    this.socket.on('error', (error) => this.end(error));
    this.socket.on('end', () => this.end(new CutBody('the store ended the connection')));
    this.socket.on('close', () => this.end(new CutBody('the connection was closed')));
  }

  /** Nothing is under way, and another request can be sent. */
  get isOpen(): boolean {
    return !this.closed;
  }

  /**
   * @param head the whole request; resolves when the body is in the receiver's memory
   * @throws StoreRefusal, CutBody, Stalled, BadResponse, what the socket and the receiver throw
   */
  async get(head: string, receiver: Receiver, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => this.fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const fresh = { head: undefined, keepsAlive: true, body: undefined, filled: 0, refusal: undefined };
    this.exchange = { receiver, ...fresh, resolve, reject };
    this.isAnswered = false;
    // One that waits for its next request keeps no process alive.
    this.socket.ref();
    this.socket.write(head, 'latin1');
    try {
      await promise;
    } finally {
      this.socket.unref();
      signal.removeEventListener('abort', onAbort);
    }
  }

  destroy(): void {
    this.fail(new CutBody('the connection was closed'));
  }

  /** Where the next bytes go: what is missing of a body, or the scratch for a head. */
  private memory(): Uint8Array {
    const { body, filled } = this.exchange ?? {};
    return body === undefined || filled === body.length ? SCRATCH : body.subarray(filled);
  }

  private onBytes(count: number): boolean {
    const { exchange } = this;
    try {
      if (exchange === undefined) throw new BadResponse('bytes came that were not asked for');
      if (exchange.refusal !== undefined) this.onRefusal(exchange.refusal, SCRATCH.subarray(0, count));
      else if (exchange.body === undefined) this.onHead(exchange, SCRATCH.subarray(0, count));
      else this.onBody(exchange, count);
    } catch (error) {
      this.fail(error);
    }
    return true;
  }

  private onHead(exchange: Exchange, bytes: Buffer): void {
    const all = exchange.head === undefined ? bytes : Buffer.concat([exchange.head, bytes]);
    const end = all.indexOf('\r\n\r\n');
    if (end === -1) {
      if (all.length > MAX_HEAD_BYTES) throw new BadResponse('the head is too long');
      // Copied: SCRATCH is about to be read into again.
      exchange.head = exchange.head === undefined ? Buffer.from(all) : all;
      return;
    }
    const head = parseResponseHead(all.toString('latin1', 0, end));
    const rest = all.subarray(end + 4);
    if (head.status < 200) {
      exchange.head = undefined;
      if (rest.length > 0) this.onHead(exchange, Buffer.from(rest));
      return;
    }
    this.isAnswered = true;
    if (head.status >= 300) {
      exchange.refusal = new RefusalReader(head);
      this.onRefusal(exchange.refusal, rest);
      return;
    }
    const body = exchange.receiver.begin(head);
    if (rest.length > body.length) throw new BadResponse('the body is longer than its length says');
    exchange.keepsAlive = head.keepsAlive;
    exchange.body = body;
    body.set(rest);
    this.onBody(exchange, rest.length);
  }

  private onBody(exchange: Exchange, count: number): void {
    exchange.filled += count;
    if (count > 0) exchange.receiver.received(count);
    if (exchange.filled < exchange.body!.length) return;
    this.exchange = undefined;
    this.isReused = true;
    if (!exchange.keepsAlive) this.destroy();
    exchange.resolve();
  }

  private onRefusal(reader: RefusalReader, bytes: Buffer): void {
    if (reader.add(bytes)) throw reader.refusal;
  }

  /** The connection is over. What a refusal has said until then counts for more than how it ended. */
  private end(error: Error): void {
    this.fail(this.exchange?.refusal?.refusal ?? error);
  }

  /** Ends the connection; what is under way fails with the error. */
  private fail(error: unknown): void {
    const { exchange } = this;
    this.exchange = undefined;
    if (!this.closed) {
      this.closed = true;
      this.socket.destroy();
      this.onClosed();
    }
    exchange?.reject(error);
  }
}
