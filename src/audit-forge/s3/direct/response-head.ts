/** The head of an HTTP/1.1 response, as far as reading an object asks for it. */
export interface ResponseHead {
  status: number;
  /** By lower-case name; of a repeated one the last. */
  headers: ReadonlyMap<string, string>;
  /** Bytes of the body; undefined where the answer does not say it by `Content-Length` alone. */
  contentLength: number | undefined;
  /** The connection can take another request once the body has been read. */
  keepsAlive: boolean;
}

/** What came is no response that this reader understands. */
export class BadResponse extends Error {
  override readonly name = 'BadResponse';
  /** As Node's own parser calls it: the connection is at fault, so the request may be tried again. */
  readonly code = 'HPE_INVALID_CONSTANT';
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: [^\r\n]*)?$/;
const DIGITS = /^[0-9]{1,15}$/;
const STRAY_ENDS = /[\r\n]/;

/**
 * Parses what precedes the empty line, without it. Strict where a mistake would shift the body (RFC 9112, 6.3).
 * @throws BadResponse
 */
export function parseResponseHead(text: string): ResponseHead {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const parsed = STATUS_LINE.exec(statusLine);
  if (parsed === null) throw new BadResponse('the status line is no HTTP/1.1');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new BadResponse('a header line has no name');
    if (STRAY_ENDS.test(line)) throw new BadResponse('a header line has an end within');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'content-length' && (headers.get(name) ?? value) !== value) {
      throw new BadResponse('two lengths are given for one body');
    }
    headers.set(name, value);
  }
  return {
    status: Number(parsed[2]),
    headers,
    contentLength: lengthOf(headers),
    keepsAlive: parsed[1] === '1' && !closes(headers.get('connection')),
  };
}

/** RFC 9110, 7.6.1: a list. */
function closes(connection = ''): boolean {
  return connection.split(',').some((option) => option.trim().toLowerCase() === 'close');
}

function lengthOf(headers: ReadonlyMap<string, string>): number | undefined {
  const length = headers.get('content-length');
  if (length === undefined || headers.has('transfer-encoding')) return undefined;
  if (!DIGITS.test(length)) throw new BadResponse('the length of the body is no number');
  return Number(length);
}
