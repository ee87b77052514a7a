import { Agent, request, type IncomingMessage } from 'node:http';
import type { StoreAccess } from '../../stores/store.js';
import { signer } from './signer.js';

const MAX_SOCKETS = 256;
/** Shorter than stores keep an idle connection, so that none is used just as they end it. */
const IDLE_MS = 20_000;

export interface S3Http {
  /** All of an object, or the range that begins at `from`, into a buffer of just that size. */
  read(path: string, size: number, from?: number): Promise<Buffer>;
  /** For listings and the few small answers. */
  text(method: string, path: string, query: string, body?: string): Promise<string>;
  /** @returns the etag, with its quotes */
  put(path: string, query: string, body: Buffer): Promise<string>;
}

/** S3 over `node:http` alone. Paths begin with the bucket. */
export function s3Http(access: StoreAccess): S3Http {
  const { hostname: host, port } = new URL(access.endpoint);
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, timeout: IDLE_MS });
  const sign = signer(access);

  const send = (
    method: string,
    path: string,
    query: string,
    more: string[],
    body: Buffer | string | undefined,
    onResponse: (response: IncomingMessage) => void,
    onError: (error: Error) => void,
  ): void => {
    const headers = sign(method, path, query);
    headers.push(...more);
    const target = query === '' ? path : `${path}?${query}`;
    const outgoing = request({ agent, host, port, method, path: target, headers }, onResponse);
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // The store had ended the connection as idle: https://nodejs.org/api/http.html#requestreusedsocket
      if (outgoing.reusedSocket && error.code === 'ECONNRESET')
        send(method, path, query, more, body, onResponse, onError);
      else onError(error);
    });
    outgoing.end(body);
  };

  return {
    read: (path, size, from) =>
      new Promise((resolve, reject) => {
        const range = from === undefined ? [] : ['Range', `bytes=${from}-${from + size - 1}`];
        const onResponse = (response: IncomingMessage): void => {
          const bytes = Buffer.allocUnsafeSlow(size);
          let length = 0;
          response.on('data', (chunk: Buffer) => {
            length += chunk.copy(bytes, length);
          });
          response.on('end', () => {
            // Not a check of the content: an error's answer is not of this size.
            if (length === size && response.statusCode! < 300) resolve(bytes);
            else reject(new Error(`GET ${path} was answered ${response.statusCode}`));
          });
          response.on('error', reject);
        };
        send('GET', path, '', range, undefined, onResponse, reject);
      }),

    text: (method, path, query, body) =>
      new Promise((resolve, reject) => {
        const length = method === 'GET' ? [] : ['Content-Length', String(Buffer.byteLength(body ?? ''))];
        const onResponse = (response: IncomingMessage): void => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () => {
            if (response.statusCode! < 300 && !text.includes('<Error>')) resolve(text);
            else reject(new Error(`${method} ${path} was answered ${response.statusCode}: ${text}`));
          });
          response.on('error', reject);
        };
        send(method, path, query, length, body, onResponse, reject);
      }),

    put: (path, query, body) =>
      new Promise((resolve, reject) => {
        const onResponse = (response: IncomingMessage): void => {
          response.resume();
          response.on('end', () => {
            if (response.statusCode === 200) resolve(response.headers.etag ?? '');
            else reject(new Error(`PUT ${path} was answered ${response.statusCode}`));
          });
          response.on('error', reject);
        };
        send('PUT', path, query, ['Content-Length', String(body.length)], body, onResponse, reject);
      }),
  };
}
