import { describe, expect, it } from '@jest/globals';
import { decodeAwsChunked } from './aws-chunked.js';
import { verifySignature, type VerifiedSignature } from './sigv4.js';

const UNSIGNED = '5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n';

/** The example of the S3 API Reference, "Signature Calculations … Transferring Payload in Multiple Chunks". */
const EXAMPLE = {
  method: 'PUT',
  url: '/examplebucket/chunkObject.txt',
  headers: {
    host: ['s3.amazonaws.com'],
    'x-amz-date': ['20130524T000000Z'],
    'x-amz-storage-class': ['REDUCED_REDUNDANCY'],
    'x-amz-content-sha256': ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD'],
    'content-encoding': ['aws-chunked'],
    'x-amz-decoded-content-length': ['66560'],
    'content-length': ['66824'],
    authorization: [
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
        'SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,' +
        'Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    ],
  },
};
const IDENTITY = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};
const CHUNKS = [
  [65_536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'],
  [1024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'],
  [0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'],
] as const;
const SIGNED = CHUNKS.map(
  ([size, signature]) => `${size.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(size)}\r\n`,
).join('');

describe('decodeAwsChunked', () => {
  it.each([1, 2, 3, 7, 1000])('decodes a body that comes in pieces of %i bytes', async (size) => {
    expect(await decode(UNSIGNED, size)).toEqual({
      text: 'hello world',
      trailers: { 'x-amz-checksum-crc32': 'DUoRhQ==' },
    });
  });

  it.each([
    ['cut anywhere', UNSIGNED.slice(0, -3)],
    ['cut in a chunk', UNSIGNED.slice(0, 6)],
    ['a chunk longer than it says', UNSIGNED.replace('hello', 'hellooo')],
    ['a chunk shorter than it says', UNSIGNED.replace('hello', 'hell')],
    ['more after the end', `${UNSIGNED}x`],
    ['a size that is none', UNSIGNED.replace('5', '0x5')],
    ['a trailer without a value', UNSIGNED.replace('crc32:', 'crc32')],
    ['a line without an end', 'a'.repeat(20_000)],
  ])('refuses %s', async (_, body) => {
    await expect(decode(body)).rejects.toMatchObject({ status: 400 });
  });

  it('verifies the signed chunks of the published example', async () => {
    const signature = verifySignature(EXAMPLE, IDENTITY, new Date('2013-05-24T00:00:00Z'));
    expect((await decode(SIGNED, 5000, signature)).text).toBe('a'.repeat(66_560));
    const refused = { code: 'SignatureDoesNotMatch' };
    await expect(decode(SIGNED.replace('aaa', 'aab'), 5000, signature)).rejects.toMatchObject(refused);
    await expect(decode(SIGNED.replace('=b6c6', '=b6c7'), 5000, signature)).rejects.toMatchObject(refused);
    await expect(decode(UNSIGNED, 5000, signature)).rejects.toMatchObject(refused);
  });

  it('verifies the signed trailer of the published example', async () => {
    const example = verifySignature(EXAMPLE, IDENTITY, new Date('2013-05-24T00:00:00Z'));
    const signature = {
      ...example,
      signature: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
    };
    const body = [
      `10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2`,
      'a'.repeat(65_536),
      `400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7`,
      'a'.repeat(1024),
      `0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992`,
      'x-amz-checksum-crc32c:sOO8/Q==',
      'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435',
      '\r\n',
    ].join('\r\n');
    expect((await decode(body, 5000, signature)).trailers).toEqual({ 'x-amz-checksum-crc32c': 'sOO8/Q==' });
    const other = decode(body.replace('sOO8', 'sOO9'), 5000, signature);
    await expect(other).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});

async function decode(body: string, size = 1000, signature?: VerifiedSignature) {
  const trailers = new Map<string, string>();
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < body.length; at += size) yield Buffer.from(body.slice(at, at + size));
  }
  const chunks: Buffer[] = [];
  for await (const chunk of decodeAwsChunked(pieces(), trailers, signature)) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString(), trailers: Object.fromEntries(trailers) };
}
