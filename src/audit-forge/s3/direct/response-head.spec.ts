import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BadResponse, parseResponseHead } from './response-head.js';

/** A head as it comes before its empty line. */
function head(...lines: string[]): string {
  return lines.join('\r\n');
}

describe('the head of an answer', () => {
  it('is its status, its headers by lower-case name, and the length of its body', () => {
    const parsed = parseResponseHead(
      head(
        'HTTP/1.1 206 Partial Content',
        'ETag: "a:b"',
        'CONTENT-LENGTH:  17 ',
        'Content-Range:bytes 0-16/99',
      ),
    );
    expect(parsed).toMatchObject({ status: 206, contentLength: 17, keepsAlive: true });
    expect(Object.fromEntries(parsed.headers)).toEqual({
      etag: '"a:b"',
      'content-length': '17',
      'content-range': 'bytes 0-16/99',
    });
  });

  it.each<[what: string, lines: string[], contentLength: number | undefined]>([
    ['a length of nothing', ['Content-Length: 0'], 0],
    ['a length with zeros before it', ['Content-Length: 007'], 7],
    ['the longest length', ['Content-Length: 999999999999999'], 999_999_999_999_999],
    ['the same length twice', ['Content-Length: 5', 'content-length: 5'], 5],
    ['no length', ['ETag: "a"'], undefined],
    ['chunks', ['Transfer-Encoding: chunked'], undefined],
    ['chunks and a length, in either order', ['Content-Length: 5', 'Transfer-Encoding: chunked'], undefined],
    ['a length and chunks', ['Transfer-Encoding: chunked', 'Content-Length: 5'], undefined],
    ['a coding without a change', ['transfer-encoding: identity', 'Content-Length: 5'], undefined],
    ['an empty value', ['x-empty:', 'Content-Length: 5'], 5],
    ['no header at all', [], undefined],
  ])('says how long the body is: %s', (_what, lines, contentLength) => {
    expect(parseResponseHead(head('HTTP/1.1 200 OK', ...lines)).contentLength).toBe(contentLength);
  });

  it.each<[statusLine: string, status: number]>([
    ['HTTP/1.1 200 OK', 200],
    ['HTTP/1.1 200 ', 200],
    ['HTTP/1.1 200', 200],
    ['HTTP/1.1 100 Continue', 100],
    ['HTTP/1.1 599 Who knows: what', 599],
    ['HTTP/1.0 200 OK', 200],
  ])('has a status: %j', (statusLine, status) => {
    expect(parseResponseHead(statusLine).status).toBe(status);
  });

  it.each<[statusLine: string, connection: string[], keepsAlive: boolean]>([
    ['HTTP/1.1 200 OK', [], true],
    ['HTTP/1.1 200 OK', ['Connection: keep-alive'], true],
    ['HTTP/1.1 200 OK', ['Connection: close'], false],
    ['HTTP/1.1 200 OK', ['CONNECTION:CLOSE'], false],
    ['HTTP/1.1 200 OK', ['connection: Close '], false],
    ['HTTP/1.0 200 OK', [], false],
    ['HTTP/1.0 200 OK', ['Connection: keep-alive'], false],
  ])('says whether the connection can be used again: %s, %j', (statusLine, connection, keepsAlive) => {
    expect(parseResponseHead(head(statusLine, ...connection)).keepsAlive).toBe(keepsAlive);
  });

  // RFC 9110, 7.6.1: the field is a list.
  it.each([['Connection: close, TE'], ['Connection: keep-alive, close']])(
    'knows that the connection ends when a list says so: %s',
    (line) => {
      expect(parseResponseHead(head('HTTP/1.1 200 OK', line)).keepsAlive).toBe(false);
    },
  );

  it.each<[what: string, text: string]>([
    ['nothing', ''],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6'],
    ['another version', 'HTTP/2 200 OK'],
    ['another minor version', 'HTTP/1.2 200 OK'],
    ['a lower-case name of the protocol', 'http/1.1 200 OK'],
    ['a status of two digits', 'HTTP/1.1 20 OK'],
    ['a status of four digits', 'HTTP/1.1 2000 OK'],
    ['a status beyond 599', 'HTTP/1.1 600 No'],
    ['a status below 100', 'HTTP/1.1 099 No'],
    ['a blank before the status line', ' HTTP/1.1 200 OK'],
    ['two blanks before the status', 'HTTP/1.1  200 OK'],
    ['an empty line first', head('', 'HTTP/1.1 200 OK')],
    ['two different lengths', head('HTTP/1.1 200 OK', 'Content-Length: 5', 'Content-Length: 6')],
    ['the same length in two forms', head('HTTP/1.1 200 OK', 'Content-Length: 5', 'Content-Length: 05')],
    ['a list of lengths', head('HTTP/1.1 200 OK', 'Content-Length: 5, 5')],
    ['a negative length', head('HTTP/1.1 200 OK', 'Content-Length: -5')],
    ['a length with a sign', head('HTTP/1.1 200 OK', 'Content-Length: +5')],
    ['a hexadecimal length', head('HTTP/1.1 200 OK', 'Content-Length: 0x5')],
    ['a length with a fraction', head('HTTP/1.1 200 OK', 'Content-Length: 5.0')],
    ['an empty length', head('HTTP/1.1 200 OK', 'Content-Length:')],
    ['a length that no number holds', head('HTTP/1.1 200 OK', 'Content-Length: 9999999999999999')],
    ['a length of another script', head('HTTP/1.1 200 OK', 'Content-Length: \u0665')],
    ['an empty name', head('HTTP/1.1 200 OK', ': 5')],
    ['a line without a colon', head('HTTP/1.1 200 OK', 'Content-Length 5')],
    ['lines that end in LF alone', 'HTTP/1.1 200 OK\nContent-Length: 5'],
    ['a length that ends in LF alone', head('HTTP/1.1 200 OK', 'Content-Length: 5\nETag: "a"')],
  ])('is refused: %s', (_what, text) => {
    expect(() => parseResponseHead(text)).toThrow(BadResponse);
  });

  // RFC 9112, 2.2: who takes LF alone for the end of a line reads another length here.
  it('is refused when a line that ends in LF alone hides another length', () => {
    const text = head('HTTP/1.1 200 OK', 'Content-Length: 5', 'ETag: "a"\nContent-Length: 6');
    expect(() => parseResponseHead(text)).toThrow(BadResponse);
  });

  it('is understood or refused with an error that allows another try, whatever it is', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom('Content-Length', 'x', 'transfer-encoding', ''), fc.string())
        .map(([name, value]) => `${name}:${value}`),
    );
    fc.assert(
      fc.property(fc.constantFrom('HTTP/1.1 200 OK', 'HTTP/1.1 2', 'x'), fc.array(line), (first, lines) => {
        try {
          const { contentLength } = parseResponseHead(head(first, ...lines));
          expect(contentLength === undefined || Number.isSafeInteger(contentLength)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(BadResponse);
          expect(error).toHaveProperty('code', expect.stringMatching(/^HPE_/));
        }
      }),
    );
  });
});
