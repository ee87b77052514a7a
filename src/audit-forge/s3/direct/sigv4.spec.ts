import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Sha256 } from '../../../../test/support/sha256.js';
import { encodeKey, SigV4Signer } from './sigv4.js';

const SCOPE = { region: 'eu-central-1', service: 's3' };
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret/+=' };
const NOW = new Date('2026-05-08T13:20:00Z');

/** What an implementation that is not ours sends for the same request. */
async function signedByTheSdk(
  path: string,
  headers: Record<string, string>,
  credentials: AwsCredentialIdentity,
  at: Date,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({ ...SCOPE, credentials, sha256: Sha256, uriEscapePath: false });
  const request = { method: 'GET', protocol: 'https:', hostname: headers['host']!, path, headers };
  return (await signer.sign(request, { signingDate: at })).headers;
}

/** Characters and pieces that encoders treat each in their own way. */
const AWKWARD = [...Array.from(' +%!\'()*/.~-_?&=#;:@$,"<>\\^`{|}é€🎯'), '..', '//', '%2F', 'a'];
const key = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
  fc.array(fc.constantFrom(...AWKWARD), { minLength: 1, maxLength: 30 }).map((parts) => parts.join('')),
);
const visible = Array.from({ length: 0x7e - 0x21 + 1 }, (_, at) => String.fromCharCode(0x21 + at));
const etag = fc.string({ unit: fc.constantFrom(...visible), minLength: 1, maxLength: 40 });
const range = fc.tuple(fc.nat(), fc.nat()).map(([from, more]) => `bytes=${from}-${from + more}`);
const base64 = fc.base64String({ minLength: 4, maxLength: 200 });
const headersOfAGet = fc
  .record({
    host: fc.constantFrom('bucket.s3.eu-central-1.amazonaws.com', '127.0.0.1:9000', '[::1]:9000'),
    'if-match': etag,
    'x-amz-checksum-mode': fc.constant('ENABLED'),
    range: fc.option(range, { nil: undefined }),
    'x-amz-expected-bucket-owner': fc.constantFrom('111122223333', undefined),
  })
  .map((given) => JSON.parse(JSON.stringify(given)) as Record<string, string>);
const credentials = fc
  .record({
    accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
    secretAccessKey: base64,
    sessionToken: fc.option(base64, { nil: undefined }),
  })
  .map(({ sessionToken, ...rest }) => (sessionToken === undefined ? rest : { ...rest, sessionToken }));
const date = fc.date({ min: new Date('2020-01-01T00:00:00Z'), max: new Date('2035-12-31T23:59:59Z') });

describe('the signature of a GET', () => {
  it('is the one of the SDK, with all headers that carry it', async () => {
    const property = fc.asyncProperty(
      key,
      headersOfAGet,
      credentials,
      date.filter((at) => !Number.isNaN(at.getTime())),
      async (name, headers, identity, at) => {
        const path = `/bucket/${encodeKey(name)}`;
        const ours = new SigV4Signer(SCOPE).sign(path, headers, identity, at);
        expect(ours).toEqual(await signedByTheSdk(path, headers, identity, at));
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  it('follows a change of day, of credentials and back, with one signer', async () => {
    const identities = [
      CREDENTIALS,
      { ...CREDENTIALS, secretAccessKey: 'another' },
      { accessKeyId: 'AKIDOTHER', secretAccessKey: CREDENTIALS.secretAccessKey },
      { ...CREDENTIALS, sessionToken: 'dG9rZW4=' },
    ];
    const instants = [
      '2026-05-08T23:59:59.999Z',
      '2026-05-09T00:00:00.000Z',
      '2026-12-31T23:59:59Z',
      '2027-01-01T00:00:00Z',
    ];
    const step = fc.record({
      identity: fc.constantFrom(...identities),
      at: fc.constantFrom(...instants.map((text) => new Date(text))),
    });
    const headers = { host: '127.0.0.1:9000', 'if-match': '"abc"' };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
        const signer = new SigV4Signer(SCOPE);
        for (const { identity, at } of steps) {
          const ours = signer.sign('/bucket/a', headers, identity, at);
          expect(ours).toEqual(await signedByTheSdk('/bucket/a', headers, identity, at));
        }
      }),
    );
  });

  it('leaves the headers that it is given as they are', () => {
    const headers = Object.freeze({ host: 'a' });
    new SigV4Signer(SCOPE).sign('/b', headers, CREDENTIALS, NOW);
    expect(headers).toEqual({ host: 'a' });
  });

  it('takes an empty session token for none, as the SDK does', async () => {
    const identity = { ...CREDENTIALS, sessionToken: '' };
    const ours = new SigV4Signer(SCOPE).sign('/b', { host: 'a' }, identity, NOW);
    expect(ours).toEqual(await signedByTheSdk('/b', { host: 'a' }, identity, NOW));
  });
});

describe('a key in a path', () => {
  const client = new S3Client({
    endpoint: 'http://127.0.0.1:9',
    region: SCOPE.region,
    credentials: CREDENTIALS,
    forcePathStyle: true,
  });

  /** The path that the SDK would send, had it been let. */
  async function pathOfTheSdk(name: string): Promise<string> {
    const command = new GetObjectCommand({ Bucket: 'bucket', Key: name });
    let path = '';
    command.middlewareStack.add(
      () => async (args) => {
        ({ path } = args.request as { path: string });
        return { response: {}, output: { $metadata: {} } };
      },
      { step: 'deserialize', priority: 'high' },
    );
    await client.send(command);
    return path;
  }

  it.each([
    'a b+c%d.jsonl',
    "!'()*~-_.",
    '/leading',
    'a//b/',
    '../../etc',
    'a/./b/../c',
    '.',
    '..',
    'é🎯/prüfung',
    'a%2Fb',
    '?x=1#y',
    '\u0001\n\r\u007f',
    '\ufeff\u2028',
  ])('is encoded as the SDK does: %j', async (name) => {
    expect(`/bucket/${encodeKey(name)}`).toBe(await pathOfTheSdk(name));
  });

  it('is encoded as the SDK does, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(key, async (name) => {
        expect(`/bucket/${encodeKey(name)}`).toBe(await pathOfTheSdk(name));
      }),
      { numRuns: 200 },
    );
  });

  it('holds nothing that would end a path or a line', () => {
    fc.assert(
      fc.property(key, (name) => {
        expect(encodeKey(name)).toMatch(/^[A-Za-z0-9%/._~-]+$/);
        expect(decodeURIComponent(encodeKey(name))).toBe(name);
      }),
    );
  });
});
