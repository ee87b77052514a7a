import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  trailers: NodeJS.Dict<string>;
  body: Buffer;
  /** The connection was cut before the body was complete. */
  cut: boolean;
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
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  const chunks: Buffer[] = [];
  let cut = false;
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch {
    cut = true;
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    trailers: response.trailers,
    body: Buffer.concat(chunks),
    cut: cut || !response.complete,
  };
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
