import { once } from 'node:events';
import {
  Agent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { connect } from 'node:net';

export class HttpAnswer {
  constructor(
    readonly status: number,
    readonly headers: IncomingHttpHeaders,
    readonly trailers: NodeJS.Dict<string>,
    readonly body: Buffer,
    /** The connection was cut before the body was complete. */
    readonly cut: boolean,
  ) {}

  json<T = unknown>(): T {
    return JSON.parse(this.body.toString()) as T;
  }
}

// Connections are not kept, so that a test that ends leaves none.
const agent = new Agent({ keepAlive: false, maxSockets: Infinity });

/** A request over plain HTTP/1.1, which shows what `fetch` hides: trailers, and a body that was cut. */
export async function send(
  url: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: OutgoingHttpHeaders; body?: string } = {},
): Promise<HttpAnswer> {
  const request = httpRequest(url, { method, headers, agent });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // A reset shows on the request as well; what counts is that the body is cut.
  request.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let cut = false;
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch {
    cut = true;
  }
  return new HttpAnswer(
    response.statusCode ?? 0,
    response.headers,
    response.trailers,
    Buffer.concat(chunks),
    cut || !response.complete,
  );
}

/** Writes bytes to the port of `url` and returns all that comes back until the connection ends. */
export async function sendRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('latin1').on('data', (data: string) => (answer += data));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}
