import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { StoreUnderTest } from '../../contracts/store-under-test.js';
import type { AppliedFault, Fault, StoreRequest } from './fault.js';
import { flipped, sendBody } from './faulty-body.js';
import { storeRequest } from './store-request.js';

/** Decides what happens to a request. A promise holds the request back until it is settled. */
export type FaultScript = (request: StoreRequest) => Fault | undefined | Promise<Fault | undefined>;

const NO_FAULTS: FaultScript = () => undefined;

/**
 * A proxy in front of a store that does to each request what its script says: the faults that stores and
 * networks have, in a place and at a byte that a test chooses.
 */
export class FaultProxy {
  /** May be changed at any time; holds for requests that come from then on. */
  script: FaultScript = NO_FAULTS;
  /** Every request, oldest first. */
  readonly requests: StoreRequest[] = [];
  readonly applied: AppliedFault[] = [];
  readonly sockets = new Set<Socket>();
  private readonly agent = new Agent({ keepAlive: true });
  private underWay = 0;

  private constructor(
    private readonly store: StoreUnderTest,
    private readonly server: Server,
    private readonly signer: S3Client,
  ) {}

  static async start(store: StoreUnderTest): Promise<FaultProxy> {
    const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 });
    const signer = new S3Client({ ...store.config, requestChecksumCalculation: 'WHEN_REQUIRED' });
    const proxy = new FaultProxy(store, server, signer);
    server.on('connection', (socket) => {
      proxy.sockets.add(socket);
      socket.once('close', () => proxy.sockets.delete(socket));
    });
    server.on('request', (incoming: IncomingMessage, answer: ServerResponse) => {
      proxy.underWay++;
      answer.once('close', () => {
        proxy.underWay--;
        // An unread body keeps its connection from being seen to close.
        incoming.resume();
      });
      // What cannot be handed on (a client that has left, a store that has gone) ends the connection.
      proxy.handle(incoming, answer).catch(() => answer.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** The store as it is behind this proxy. */
  get storeBehind(): StoreUnderTest {
    return { ...this.store, config: { ...this.store.config, endpoint: this.endpoint } };
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Requests that are not answered yet. */
  get active(): number {
    return this.underWay;
  }

  /** No faults, and nothing remembered. */
  reset(): void {
    this.script = NO_FAULTS;
    this.requests.length = 0;
    this.applied.length = 0;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
    this.agent.destroy();
    this.signer.destroy();
  }

  private async handle(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    incoming.on('error', () => undefined);
    const request = storeRequest(incoming, this.requests.length);
    this.requests.push(request);
    const fault = await this.script(request);
    if (fault !== undefined) this.applied.push({ request, fault });
    if (fault?.kind === 'status' || fault?.kind === 'error body') {
      if (fault.done === true) (await this.forward(incoming, answer)).resume();
      else incoming.resume();
      answerError(request, answer, fault);
      return;
    }
    if (fault?.kind === 'cut request') return cutAfter(incoming, fault.after);
    if (fault?.kind === 'ignored range') return this.answerWhole(request, answer);
    if (fault?.kind === 'delay') await sleep(fault.ms);
    const flipAt = fault?.kind === 'flip request' ? fault.at : undefined;
    const response = await this.forward(incoming, answer, flipAt);
    if (fault?.kind === 'lost answer') {
      response.destroy();
      incoming.socket.resetAndDestroy();
      return;
    }
    const headers =
      fault?.kind === 'headers' ? { ...response.headers, ...fault.headers } : response.rawHeaders;
    answer.writeHead(response.statusCode ?? 502, headers);
    answer.once('close', () => response.destroy());
    await sendBody(response, answer, fault);
  }

  /** Hands a request on as it came: its signature covers the host by the name that the client used. */
  private async forward(
    incoming: IncomingMessage,
    answer: ServerResponse,
    flipAt?: number,
  ): Promise<IncomingMessage> {
    // It was held back for so long that its client has gone.
    if (answer.closed) throw new Error('The client has gone.');
    const { method, url, rawHeaders } = incoming;
    const outgoing = httpRequest(`${this.store.config.endpoint}${url}`, {
      method,
      headers: rawHeaders,
      agent: this.agent,
    });
    answer.once('close', () => {
      if (!answer.writableFinished) outgoing.destroy();
    });
    (flipAt === undefined ? incoming : Readable.from(flipped(incoming, flipAt))).pipe(outgoing);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    outgoing.on('error', () => undefined);
    response.on('error', () => undefined);
    return response;
  }

  /** Asks on its own account: a range that was signed cannot be taken out of a request. */
  private async answerWhole({ bucket, key, query }: StoreRequest, answer: ServerResponse): Promise<void> {
    const VersionId = query.get('versionId') ?? undefined;
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId });
    const whole = await fetch(await getSignedUrl(this.signer, command));
    const body = Buffer.from(await whole.arrayBuffer());
    const etag = whole.headers.get('etag') ?? '';
    answer.writeHead(whole.status, { etag, 'content-length': body.length });
    answer.end(body);
  }
}

function answerError(
  { method }: StoreRequest,
  answer: ServerResponse,
  fault: Extract<Fault, { kind: 'status' | 'error body' }>,
): void {
  const status = fault.kind === 'status' ? fault.status : 200;
  const code = fault.code ?? (status === 503 ? 'SlowDown' : 'InternalError');
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>A fault.</Message></Error>`;
  answer.writeHead(status, {
    'content-type': 'application/xml',
    ...(fault.kind === 'status' ? fault.headers : {}),
    ...(method === 'HEAD' ? {} : { 'content-length': Buffer.byteLength(body) }),
  });
  answer.end(method === 'HEAD' ? undefined : body);
}

async function cutAfter(incoming: IncomingMessage, bytes: number): Promise<void> {
  let seen = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    seen += chunk.length;
    if (seen >= bytes) break;
  }
  incoming.socket.resetAndDestroy();
}
