/** One answer as it came over the wire, nothing decoded but the framing of its body. */
export interface WireAnswer {
  status: number;
  headers: ReadonlyArray<readonly [name: string, value: string]>;
  body: Buffer;
  /** The connection ended before the body did. */
  cut: boolean;
}

/** Bytes that are no answer of HTTP/1.1: a header that an input broke, say. */
export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer';

  constructor(why: string, bytes: Buffer) {
    super(`${why}: ${JSON.stringify(bytes.subarray(0, 600).toString('latin1'))}`);
  }
}

interface Taken {
  answer: WireAnswer;
  rest: Buffer;
}

interface Body {
  body: Buffer;
  rest: Buffer;
  cut: boolean;
}

const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\t\x20-\x7e\x80-\xff]*)$/;

/**
 * The first answer of `bytes`, or undefined where more of it must come.
 * @param ended whether the connection has
 */
export function takeAnswer(bytes: Buffer, method: string, ended: boolean): Taken | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) {
    if (ended && bytes.length > 0) throw new BrokenAnswer('An answer ends in its head', bytes);
    return undefined;
  }
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(STATUS_LINE.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new BrokenAnswer('This is no status line', bytes);
  const headers = lines.map((line) => parseHeader(line, bytes));
  const rest = bytes.subarray(end + 4);
  // 100 Continue and the like come before the answer.
  if (status < 200) return takeAnswer(rest, method, ended);
  const hasNoBody =
    (method === 'HEAD' && !isParsersRefusal(headers, rest)) || status === 204 || status === 304;
  const taken = hasNoBody ? { body: Buffer.alloc(0), rest, cut: false } : takeBody(headers, rest, ended);
  if (taken === undefined) return undefined;
  return { answer: { status, headers, body: taken.body, cut: taken.cut }, rest: taken.rest };
}

/** All values of a header. */
export function valuesOf({ headers }: WireAnswer, name: string): string[] {
  return headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
}

/** What Node's parser refuses is refused with a body: of a broken request, nobody knows that it was HEAD. */
function isParsersRefusal(headers: WireAnswer['headers'], rest: Buffer): boolean {
  const closes = headers.some(([name, value]) => name === 'Connection' && value === 'close');
  return closes && rest.toString('latin1', 0, 1) === '{';
}

function parseHeader(line: string, bytes: Buffer): [string, string] {
  const match = HEADER_LINE.exec(line);
  if (match === null) throw new BrokenAnswer(`${JSON.stringify(line)} is no header`, bytes);
  return [match[1]!, match[2]!];
}

function takeBody(headers: WireAnswer['headers'], bytes: Buffer, ended: boolean): Body | undefined {
  const valueOf = (name: string) => headers.find(([given]) => given.toLowerCase() === name)?.[1];
  if (valueOf('transfer-encoding') === 'chunked') return takeChunks(bytes, ended);
  const length = valueOf('content-length');
  if (length === undefined) return ended ? { body: bytes, rest: Buffer.alloc(0), cut: false } : undefined;
  if (bytes.length >= Number(length))
    return { body: bytes.subarray(0, Number(length)), rest: bytes.subarray(Number(length)), cut: false };
  return ended ? { body: bytes, rest: Buffer.alloc(0), cut: true } : undefined;
}

function takeChunks(bytes: Buffer, ended: boolean): Body | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  const body = () => Buffer.concat(chunks);
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd === -1 ? NaN : Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (lineEnd !== -1 && Number.isNaN(size)) throw new BrokenAnswer('This is no chunk', bytes);
    const last = size === 0 ? endOfTrailers(bytes, lineEnd) : undefined;
    if (last !== undefined) return { body: body(), rest: bytes.subarray(last), cut: false };
    if (Number.isNaN(size) || size === 0 || bytes.length < lineEnd + 2 + size + 2)
      return ended ? { body: body(), rest: Buffer.alloc(0), cut: true } : undefined;
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

function endOfTrailers(bytes: Buffer, lastChunk: number): number | undefined {
  const end = bytes.indexOf('\r\n\r\n', lastChunk);
  return end === -1 ? undefined : end + 4;
}
