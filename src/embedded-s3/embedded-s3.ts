import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Answer } from './answer.js';
import { checkHeaders, findRoute } from './routes.js';
import { S3Error } from './s3-error.js';
import { parseTarget, toS3Request } from './s3-request.js';
import { verifySignature } from './sigv4.js';
import { Store, type StoreOptions } from './store.js';
import { toXml } from './xml.js';

/** A request whose signature held, as `onRequest` is told of it. */
export interface ObservedRequest {
  /** S3's name, such as `GetObject`; `NotImplemented` for all that this store does not do. */
  operation: string;
  method: string;
  bucket: string;
  /** Empty for the bucket itself. */
  key: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
}

export interface EmbeddedS3Options extends StoreOptions {
  /** 0 takes any that is free (0). */
  port?: number;
  accessKeyId: string;
  secretAccessKey: string;
  /** Called once for each request, before it is done. */
  onRequest?: (request: ObservedRequest) => void;
}

/**
 * A small strict S3 for trying and testing the service: what the service calls and nothing else, on loopback only,
 * path-style, everything as files under one folder. What it does not do is answered 501, never ignored.
 */
export class EmbeddedS3 {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;

  private constructor(
    private readonly server: Server,
    private readonly store: Store,
  ) {
    const address = server.address();
    this.endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  /** Loads what is in `dir` and listens. Rejects with `EADDRINUSE` if the port is taken. */
  static async start(options: EmbeddedS3Options): Promise<EmbeddedS3> {
    const store = new Store(options);
    // A large upload may take any time; keep-alive is longer than clients keep a socket idle, so they end it.
    const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (raw, response) => {
      // What cannot even be answered, such as metadata that no header can hold, ends the connection.
      serve(store, options, raw, response).catch(() => response.destroy());
    });
    server.listen(options.port ?? 0, '127.0.0.1');
    await once(server, 'listening');
    return new EmbeddedS3(server, store);
  }

  /** Makes a bucket unless it is there already. */
  createBucket(name: string, { versioned = false }: { versioned?: boolean } = {}): void {
    if (!this.store.has(name)) this.store.createBucket(name);
    if (versioned) this.store.bucket(name).saveSettings({ versioning: 'Enabled' });
  }

  /** Ends every connection, also one that is in the middle of an answer. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

async function serve(
  store: Store,
  options: EmbeddedS3Options,
  raw: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomBytes(8).toString('hex').toUpperCase();
  const answer = await answerTo(store, options, raw).catch((error: unknown) =>
    refusal(error, raw, requestId),
  );
  const { body, headers = {} } = answer;
  const fixed = { date: store.now().toUTCString(), 'x-amz-request-id': requestId };
  const type = typeof body === 'string' ? { 'content-type': 'application/xml' } : {};
  const length = typeof body === 'string' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  const all = Object.entries({ ...fixed, ...type, ...length, ...headers });
  for (const [name, value] of all) if (value !== undefined) response.setHeader(name, value);
  response.statusCode = answer.status;
  if (body === undefined || typeof body === 'string' || raw.method === 'HEAD') {
    response.end(raw.method === 'HEAD' ? undefined : body);
    return;
  }
  // A client that leaves, or a file that cannot be read: the connection is gone, there is no one left to tell.
  await pipeline(body, response).catch(() => response.destroy());
}

async function answerTo(store: Store, options: EmbeddedS3Options, raw: IncomingMessage): Promise<Answer> {
  const { method = '', url = '', headers } = raw;
  const target = parseTarget(url);
  const identity = { ...options, region: store.region };
  const signature = verifySignature({ method, url, headers: raw.headersDistinct }, identity, store.now());
  const request = toS3Request(raw, target, signature);
  const route = findRoute(request);
  options.onRequest?.({ operation: route?.operation ?? 'NotImplemented', method, ...target, headers });
  if (!route) throw new S3Error('NotImplemented');
  checkHeaders(route, request, store.accountId);
  return route.handle(store, request);
}

function refusal(error: unknown, raw: IncomingMessage, requestId: string): Answer {
  const { code, message, status, headers } = error instanceof S3Error ? error : new S3Error('InternalError');
  const resource = (raw.url ?? '').split('?', 1)[0];
  const content = { Code: code, Message: message, Resource: resource, RequestId: requestId };
  return { status, headers, body: toXml('Error', content, '') };
}
