import { sendRaw } from '../../support/http-client.js';

export interface RawAnswer {
  status: number;
  /** Status line and headers. */
  head: string;
  headers: Record<string, string>;
  body: string;
}

export interface RawRequest {
  method?: string;
  /** Whole header lines, which may be as wrong as they like. */
  headers?: string[];
}

/** A request whose path and headers go out as they are written here: no client decodes, encodes or refuses them. */
export async function rawRequest(
  url: string,
  path: string,
  { method = 'GET', headers = [] }: RawRequest = {},
): Promise<RawAnswer> {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers];
  const answer = await sendRaw(url, `${lines.join('\r\n')}\r\n\r\n`);
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  const pairs = head
    .split('\r\n')
    .slice(1)
    .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]);
  return { status: Number(head.split(' ')[1]), head, headers: Object.fromEntries(pairs), body };
}

/** All that a client can see of an answer but the time: what may tell one refusal from another. */
export function shapeOfRaw({ status, headers, body }: RawAnswer): Omit<RawAnswer, 'head'> {
  const { date: _, ...others } = headers;
  return { status, headers: others, body };
}
