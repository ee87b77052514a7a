import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { Service, type ServiceOptions } from '../support/service.js';
import { checkAnswer, showAnswer } from './check/answer-rules.js';
import { LogWatch } from './check/log-watch.js';
import { MemoryWatch } from './check/memory-watch.js';
import { must } from './check/must.js';
import { Tally } from './run/tally.js';
import type { WireAnswer } from './wire/answer.js';
import { Connection } from './wire/connection.js';
import { bytesOf, type WireRequest } from './wire/request.js';

/** What is refused before the store is asked for anything. */
const WITHOUT_STORE = /^(400|401|403|405|413|415|422|431|505)\b|^404 not_found$/;
const NO_LIMITS = ['SIGNED_URL', 'STREAM', 'READ', 'ADMIN', 'AUTH_FAILURES'].map(
  (name) => [`AUDITFORGE_RATE_${name}`, '0'] as const,
);

/** One answer that has passed all that holds for every one of them. */
export interface CheckedAnswer extends WireAnswer {
  /** Status and code, such as `404 not_found`; the status alone where there is no body. */
  kind: string;
}

/**
 * The real application under fuzz. Requests go one after another, or as one batch over one connection, so that
 * what a refused one caused in the store and in the log is known exactly.
 */
export class FuzzedService {
  readonly memory = new MemoryWatch();
  private readonly tally = new Tally();
  private readonly log: LogWatch;
  private connections: Connection[] = [];
  private next = 0;
  /** Requests that the store had when nothing more was allowed to come; undefined: some may. */
  private storeIsSilentAt: number | undefined;

  private constructor(
    private readonly title: string,
    readonly store: EmbeddedStore,
    readonly service: Service,
    log: LogWatch,
  ) {
    this.log = log;
  }

  static async start(title: string, options: Partial<ServiceOptions> = {}): Promise<FuzzedService> {
    const store = await openEmbeddedStore();
    const log = new LogWatch();
    const service = await Service.start({
      store,
      logTo: log,
      ...options,
      environment: {
        ...Object.fromEntries(NO_LIMITS),
        // An export that outlives its request would ask the store while the next one is looked at.
        AUDITFORGE_EXPORT_RECORDS: 'false',
        ...options.environment,
      },
    });
    return new FuzzedService(title, store, service, log);
  }

  /** Sends complete requests as one batch; each is answered, and none is cut short. */
  async ask(requests: readonly WireRequest[]): Promise<CheckedAnswer[]> {
    const connection = this.connection();
    const methods = requests.map(({ method }) => method);
    const bytes = Buffer.concat(requests.map(bytesOf));
    const answers = await this.watched(
      requests.flatMap(({ secrets }) => secrets),
      () => connection.exchange(bytes, methods),
      (at) => methods[at]!,
    );
    for (const answer of answers) must(!answer.cut, () => `An answer was cut: ${showAnswer(answer)}`);
    return answers;
  }

  async askOne(request: WireRequest, { mayBeCut = false } = {}): Promise<CheckedAnswer> {
    const connection = this.connection();
    const answers = await this.watched(
      request.secrets,
      () => connection.exchange(bytesOf(request), [request.method]),
      () => request.method,
    );
    const [answer] = answers;
    must(answer !== undefined, () => 'The connection ended without an answer.');
    must(mayBeCut || !answer.cut, () => `An answer was cut: ${showAnswer(answer)}`);
    return answer;
  }

  /**
   * Sends bytes that may be no request over a connection of their own, and ends it.
   * @param mayAskStore whether they hold a credential; if not, the store must not be asked for anything
   */
  async askRaw(
    bytes: Buffer,
    methodOf: (answer: number) => string,
    { mayAskStore }: { mayAskStore: boolean },
  ): Promise<CheckedAnswer[]> {
    const connection = Connection.to(this.service.url);
    return this.watched(
      [],
      () => connection.exchangeLast(bytes, methodOf),
      methodOf,
      () => !mayAskStore,
    );
  }

  /** Forgets what the store was asked for until now. */
  forgetStoreRequests(): void {
    this.expectSilentStore();
    this.store.requests.length = 0;
    if (this.storeIsSilentAt !== undefined) this.storeIsSilentAt = 0;
  }

  /** @throws Error where the last request was refused and the store was asked for something since */
  expectSilentStore(): void {
    const { requests } = this.store;
    if (this.storeIsSilentAt === undefined) return;
    const unwanted = requests.slice(this.storeIsSilentAt).map(({ operation, key }) => `${operation} ${key}`);
    // One failure is told once, and does not make the next input fail too.
    if (unwanted.length > 0) this.storeIsSilentAt = undefined;
    must(unwanted.length === 0, () => `A refused request asked the store for ${unwanted.join()}.`);
  }

  /** For puts of a test itself. */
  storeMaySpeak(): void {
    this.expectSilentStore();
    this.storeIsSilentAt = undefined;
  }

  async close(): Promise<void> {
    this.tally.print(this.title);
    for (const connection of this.connections) connection.close();
    await this.service.close();
    await this.store.close();
    this.log.expectClean();
  }

  private async watched(
    secrets: readonly string[],
    exchange: () => Promise<WireAnswer[]>,
    methodOf: (answer: number) => string,
    mustLeaveStoreAlone = wereRefused,
  ): Promise<CheckedAnswer[]> {
    this.forgetStoreRequests();
    this.log.present(secrets);
    const answers = await exchange();
    this.log.expectClean();
    const hidden = [this.service.bucket, ...secrets.filter((secret) => secret.length >= 20)];
    const checked = answers.map((answer, at) => ({
      ...answer,
      kind: checkAnswer(answer, methodOf(at), hidden),
    }));
    for (const { kind } of checked) this.tally.add(kind);
    if (checked.length === 0) this.tally.add('no answer');
    this.storeIsSilentAt = mustLeaveStoreAlone(checked) ? 0 : undefined;
    this.expectSilentStore();
    return checked;
  }

  /** One of a few that are kept. */
  private connection(): Connection {
    const at = this.next++ % 4;
    const kept = this.connections[at];
    if (kept?.isOpen === true) return kept;
    kept?.close();
    return (this.connections[at] = Connection.to(this.service.url));
  }
}

function wereRefused(answers: readonly CheckedAnswer[]): boolean {
  return answers.length > 0 && answers.every(({ kind }) => WITHOUT_STORE.test(kind));
}
