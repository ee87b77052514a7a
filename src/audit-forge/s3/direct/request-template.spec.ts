import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { requestTemplate } from './request-template.js';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'only-for-tests' };
const SCOPE = { region: 'eu-west-1', service: 's3' };

/** A client that could reach nothing: what it tries to send is counted and fails. */
function clientWith(config: S3ClientConfig): { client: S3Client; sent: string[] } {
  const sent: string[] = [];
  const requestHandler = {
    handle: async ({ hostname }: { hostname: string }) => {
      sent.push(hostname);
      throw new Error('nothing may be sent');
    },
  };
  const defaults: S3ClientConfig = {
    region: SCOPE.region,
    credentials: CREDENTIALS,
    maxAttempts: 1,
    // As the service's own clients are: otherwise the SDK adds checksums of its own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
  return { client: new S3Client({ ...defaults, requestHandler, ...config }), sent };
}

async function templateOf(bucket: string, config: S3ClientConfig = {}) {
  const { client, sent } = clientWith(config);
  const template = await requestTemplate(client, bucket);
  expect(sent).toEqual([]);
  return template;
}

describe('how the objects of a bucket are asked for', () => {
  it.each<[where: string, bucket: string, config: S3ClientConfig, host: string, pathPrefix: string]>([
    ['on AWS by host', 'logs', {}, 'logs.s3.eu-west-1.amazonaws.com', '/'],
    ['on AWS with dots', 'logs.of.kim', {}, 's3.eu-west-1.amazonaws.com', '/logs.of.kim/'],
    ['on AWS by path', 'logs', { forcePathStyle: true }, 's3.eu-west-1.amazonaws.com', '/logs/'],
    ['dual-stack', 'logs', { useDualstackEndpoint: true }, 'logs.s3.dualstack.eu-west-1.amazonaws.com', '/'],
    [
      'by an access point',
      'arn:aws:s3:eu-west-1:111122223333:accesspoint/reader',
      {},
      'reader-111122223333.s3-accesspoint.eu-west-1.amazonaws.com',
      '/',
    ],
  ])('%s', async (_where, bucket, config, host, pathPrefix) => {
    expect(await templateOf(bucket, config)).toMatchObject({
      origin: { secure: true, hostname: host, port: 443 },
      host,
      pathPrefix,
      scope: SCOPE,
    });
  });

  it('by FIPS, as the region has it', async () => {
    const template = await templateOf('logs', { region: 'us-east-2', useFipsEndpoint: true });
    expect(template).toMatchObject({
      host: 'logs.s3-fips.us-east-2.amazonaws.com',
      scope: { region: 'us-east-2', service: 's3' },
    });
  });

  it.each<[endpoint: string, origin: object, host: string, pathPrefix: string]>([
    [
      'http://127.0.0.1:9000',
      { secure: false, hostname: '127.0.0.1', port: 9000 },
      '127.0.0.1:9000',
      '/logs/',
    ],
    ['http://store.test', { secure: false, hostname: 'store.test', port: 80 }, 'store.test', '/logs/'],
    ['https://store.test', { secure: true, hostname: 'store.test', port: 443 }, 'store.test', '/logs/'],
    [
      'https://store.test:8443/base/path',
      { secure: true, hostname: 'store.test', port: 8443 },
      'store.test:8443',
      '/base/path/logs/',
    ],
    [
      'https://store.test/base/',
      { secure: true, hostname: 'store.test', port: 443 },
      'store.test',
      '/base/logs/',
    ],
    ['http://[::1]:9000', { secure: false, hostname: '[::1]', port: 9000 }, '[::1]:9000', '/logs/'],
  ])('on a store of another kind by path: %s', async (endpoint, origin, host, pathPrefix) => {
    const template = await templateOf('logs', { endpoint, forcePathStyle: true });
    expect(template).toMatchObject({ origin, host, pathPrefix, scope: SCOPE });
  });

  it('on a store of another kind by host', async () => {
    expect(await templateOf('logs', { endpoint: 'https://store.test:8443' })).toMatchObject({
      origin: { secure: true, hostname: 'logs.store.test', port: 8443 },
      host: 'logs.store.test:8443',
      pathPrefix: '/',
    });
  });

  it('gives the name of the SDK as user agent', async () => {
    expect((await templateOf('logs'))?.userAgent).toMatch(/^aws-sdk-js\/3/);
  });

  it('is left to the SDK where a client adds a header of its own', async () => {
    const { client, sent } = clientWith({});
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['x-of-the-host'] = '1';
        return next(args);
      },
      { step: 'build' },
    );
    expect(await requestTemplate(client, 'logs')).toBeUndefined();
    expect(sent).toEqual([]);
  });

  it('is left to the SDK where a client adds checksums by itself', async () => {
    expect(await templateOf('logs', { requestChecksumCalculation: 'WHEN_SUPPORTED' })).toBeUndefined();
  });

  it('is left to the SDK where requests are not signed', async () => {
    const { client } = clientWith({ signer: { sign: async (request) => request } });
    expect(await requestTemplate(client, 'logs')).toBeUndefined();
  });

  it('does not answer for a directory bucket, whose session the SDK asks for first', async () => {
    const { client, sent } = clientWith({});
    await expect(requestTemplate(client, 'logs--use1-az4--x-s3')).rejects.toThrow('nothing may be sent');
    // Only the SDK knows how to get a session, and does so as it would for any GET.
    expect(sent).toEqual(['logs--use1-az4--x-s3.s3express-use1-az4.eu-west-1.amazonaws.com']);
  });

  it('is left to the SDK for a directory bucket with a session', async () => {
    const { client } = clientWith({
      s3ExpressIdentityProvider: {
        getS3ExpressIdentity: async () => ({ ...CREDENTIALS, sessionToken: 'of-the-session' }),
      },
    });
    expect(await requestTemplate(client, 'logs--use1-az4--x-s3')).toBeUndefined();
  });

  it('does not answer for a multi-region access point, which another signature is for', async () => {
    const { client, sent } = clientWith({});
    const bucket = 'arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap';
    await expect(requestTemplate(client, bucket)).rejects.toThrow(/SigV4a/i);
    expect(sent).toEqual([]);
  });

  it('does not answer without credentials', async () => {
    const credentials = () => Promise.reject(new Error('no credentials here'));
    const { client, sent } = clientWith({ credentials });
    await expect(requestTemplate(client, 'logs')).rejects.toThrow('no credentials here');
    expect(sent).toEqual([]);
  });
});

describe('asking for it', () => {
  let server: Server;
  let connections = 0;
  beforeAll(async () => {
    server = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());

  it('opens no connection to the store', async () => {
    const client = new S3Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: SCOPE.region,
      credentials: CREDENTIALS,
      forcePathStyle: true,
      maxAttempts: 1,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    for (const bucket of ['logs', 'logs.with.dots', 'logs']) {
      expect(await requestTemplate(client, bucket)).toBeDefined();
    }
    client.destroy();
    // A connection that had been asked for would be taken before this one.
    const { promise, resolve } = Promise.withResolvers<void>();
    server.once('connection', () => resolve());
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).catch(() => undefined);
    await promise;
    expect(connections).toBe(1);
  });
});
