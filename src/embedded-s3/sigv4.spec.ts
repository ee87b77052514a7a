import { describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../test/support/sha256.js';
import { verifySignature, type SignedRequest } from './sigv4.js';

const IDENTITY = { accessKeyId: 'AKIA', secretAccessKey: 'secret/+=', region: 'eu-central-1' };
const NOW = new Date('2026-05-08T13:20:00Z');
const HOST = '127.0.0.1:9000';

/** An implementation that is not ours says what is signed right. */
const signer = new SignatureV4({
  credentials: IDENTITY,
  region: IDENTITY.region,
  service: 's3',
  sha256: Sha256,
  uriEscapePath: false,
});

const PATHS = [
  '/bucket',
  '/bucket/a%20b%2Bc%25%C3%A9%F0%9F%98%80.jsonl',
  '/bucket//double//slash',
  '/bucket/a/../b/./c',
  '/bucket/~-_.%21%27%28%29%2A',
];
const QUERIES: Record<string, string>[] = [
  {},
  { uploads: '' },
  { 'list-type': '2', prefix: 'a/eng-1/ +%é', 'max-keys': '7' },
  { partNumber: '1', uploadId: 'x' },
];
const cases = PATHS.flatMap((path) => QUERIES.map((query) => [path, query] as const));

async function signedByHeader(
  path: string,
  query: Record<string, string> = {},
  more: Record<string, string> = {},
) {
  const headers = {
    host: HOST,
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    'x-amz-meta-a': '  two   words ',
    ...more,
  };
  const request = { method: 'PUT', protocol: 'http:', hostname: '127.0.0.1', path, query, headers };
  return toRequest(await signer.sign(request, { signingDate: NOW }));
}

async function presigned(path: string, query: Record<string, string> = {}) {
  const headers = { host: HOST, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const request = { method: 'GET', protocol: 'http:', hostname: '127.0.0.1', path, query, headers };
  return toRequest(await signer.presign(request, { signingDate: NOW, expiresIn: 60 }));
}

describe('verifySignature', () => {
  it.each(cases)('agrees with the SDK by header: %s %j', async (path, query) => {
    const request = await signedByHeader(path, query);
    expect(verifySignature(request, IDENTITY, NOW)).toMatchObject({
      presigned: false,
      date: '20260508T132000Z',
    });
  });

  it.each(cases)('agrees with the SDK by query: %s %j', async (path, query) => {
    const request = await presigned(path, query);
    expect(verifySignature(request, IDENTITY, NOW)).toMatchObject({ presigned: true });
  });

  it('refuses a link with any character changed, added or left out', async () => {
    const request = await presigned('/bucket/a%2Fé', { versionId: 'abc' });
    const link = request.url;
    for (let at = 0; at < link.length; at++) {
      for (const other of ['', 'b', '0', '%', '&', '=', `${link[at]}${link[at]}`, swapCase(link[at]!)]) {
        const url = link.slice(0, at) + other + link.slice(at + 1);
        if (url !== link) expect(() => verifySignature({ ...request, url }, IDENTITY, NOW)).toThrow();
      }
    }
  });

  it('refuses another method and another host', async () => {
    const request = await presigned('/bucket/a');
    const refused = { code: 'SignatureDoesNotMatch' };
    expect(refusalOf({ ...request, method: 'HEAD' })).toMatchObject(refused);
    expect(refusalOf({ ...request, headers: { host: ['127.0.0.1:9001'] } })).toMatchObject(refused);
  });

  it('refuses a header of S3 that is not signed', async () => {
    const request = await signedByHeader('/bucket/a');
    const headers = { ...request.headers, 'x-amz-copy-source': ['bucket/b'] };
    expect(refusalOf({ ...request, headers })).toMatchObject({ code: 'AccessDenied' });
  });

  it.each([
    [-16, 'RequestTimeTooSkewed'],
    [-14, undefined],
    [14, undefined],
    [16, 'RequestTimeTooSkewed'],
  ])('by header, %i minutes away: %s', async (minutes, code) => {
    const at = new Date(NOW.getTime() + minutes * 60_000);
    expect(refusalOf(await signedByHeader('/bucket/a'), at)?.code).toBe(code);
  });

  it.each([
    [-16 * 60, 'Request is not yet valid'],
    [60, undefined],
    [61, 'Request has expired'],
  ])('by query for a minute, %i seconds later: %s', async (seconds, message) => {
    const at = new Date(NOW.getTime() + seconds * 1000);
    expect(refusalOf(await presigned('/bucket/a'), at)?.message).toBe(message);
  });

  it('refuses another region, another key and no signature at all', async () => {
    const request = await signedByHeader('/bucket/a');
    const by = (identity: object) => refusalOf(request, NOW, { ...IDENTITY, ...identity });
    expect(by({ region: 'us-east-1' })).toMatchObject({ code: 'AuthorizationHeaderMalformed' });
    expect(by({ accessKeyId: 'OTHER' })).toMatchObject({ code: 'InvalidAccessKeyId' });
    expect(by({ secretAccessKey: 'other' })).toMatchObject({ code: 'SignatureDoesNotMatch' });
    expect(refusalOf({ ...request, headers: { host: [HOST] } })).toMatchObject({ code: 'AccessDenied' });
  });
});

function refusalOf(
  request: SignedRequest,
  at = NOW,
  identity = IDENTITY,
): { code: string; message: string } | undefined {
  let refusal: { code: string; message: string } | undefined;
  try {
    verifySignature(request, identity, at);
  } catch (error) {
    refusal = error as typeof refusal;
  }
  return refusal;
}

/** As the SDK would send it: the query encoded by RFC 3986. */
function toRequest(signed: {
  method: string;
  path: string;
  query?: object;
  headers: Record<string, string>;
}): SignedRequest {
  const pairs = Object.entries(signed.query ?? {}).map(
    ([name, value]) => `${encode(name)}=${encode(String(value))}`,
  );
  const headers = Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), [value]]);
  const url = pairs.length > 0 ? `${signed.path}?${pairs.join('&')}` : signed.path;
  return { method: signed.method, url, headers: Object.fromEntries(headers) };
}

function swapCase(character: string): string {
  return character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase();
}

/** As encodeURIComponent, and the five characters that it leaves to history. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
