import { connect, type Socket } from 'node:net';
import { BrokenAnswer, takeAnswer, valuesOf, type WireAnswer } from './answer.js';

/** For the failing case alone. */
const LIMIT_MS = 10_000;
/** Bytes that are no whole request wait for the rest of it. */
const UNANSWERED_MS = 250;
const QUIET_MS = 10;

/** One connection, over which any bytes go as they are. */
export class Connection {
  private received: Buffer = Buffer.alloc(0);
  private ended = false;
  private isLast = false;
  /** What went over it before, for the failing case. */
  private before = '';
  private onChange: () => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      this.received = this.received.length === 0 ? bytes : Buffer.concat([this.received, bytes]);
      this.onChange();
    });
    // A reset shows as an end before the answer does.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.ended = true;
      this.onChange();
    });
  }

  static to(url: string): Connection {
    const { hostname, port } = new URL(url);
    return new Connection(connect(Number(port), hostname));
  }

  /** Whether it takes a further request. */
  get isOpen(): boolean {
    return !this.ended && !this.isLast;
  }

  /** Writes requests of these methods at once and reads an answer to each, or fewer where the connection ends. */
  async exchange(bytes: Buffer, methods: readonly string[]): Promise<WireAnswer[]> {
    const answers = await this.read(
      (taken) => taken.length === methods.length,
      methods,
      () => this.socket.write(bytes),
    );
    if (this.received.length > 0)
      throw new BrokenAnswer('There are bytes behind the last answer', this.received);
    this.before = bytes.toString('latin1', 0, 2_000);
    return answers;
  }

  /**
   * Writes bytes that may be no request and reads all that comes. The connection is ended from here once nothing
   * more does; not at once, since a server takes that for a client that has left.
   */
  async exchangeLast(bytes: Buffer, methodOf: (answer: number) => string): Promise<WireAnswer[]> {
    const methods = new Proxy([] as string[], { get: (_, at) => methodOf(Number(at)) });
    let quiet = setTimeout(() => this.socket.end(), UNANSWERED_MS);
    this.socket.on('data', () => {
      clearTimeout(quiet);
      quiet = setTimeout(() => this.socket.end(), QUIET_MS);
    });
    try {
      return await this.read(
        () => false,
        methods,
        () => this.socket.write(bytes),
      );
    } finally {
      clearTimeout(quiet);
      this.close();
    }
  }

  close(): void {
    this.socket.destroy();
  }

  private async read(
    isEnough: (answers: WireAnswer[]) => boolean,
    methods: readonly string[],
    write: () => void,
  ): Promise<WireAnswer[]> {
    const answers: WireAnswer[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<WireAnswer[]>();
    this.onChange = () => {
      try {
        this.takeInto(answers, isEnough, methods);
        if (isEnough(answers) || this.ended) resolve(answers);
      } catch (error) {
        reject(error);
      }
    };
    const limit = setTimeout(() => reject(this.noAnswer()), LIMIT_MS);
    write();
    try {
      return await promise;
    } finally {
      clearTimeout(limit);
      this.onChange = () => undefined;
    }
  }

  private noAnswer(): Error {
    const before = this.before === '' ? 'nothing' : JSON.stringify(this.before);
    return new Error(`There was no answer within ${LIMIT_MS} ms. Before it there was ${before}.`);
  }

  private takeInto(
    answers: WireAnswer[],
    isEnough: (answers: WireAnswer[]) => boolean,
    methods: readonly string[],
  ): void {
    while (!isEnough(answers)) {
      const taken = takeAnswer(this.received, methods[answers.length]!, this.ended);
      if (taken === undefined) return;
      answers.push(taken.answer);
      this.received = taken.rest;
      this.isLast ||= valuesOf(taken.answer, 'connection').includes('close');
    }
  }
}
