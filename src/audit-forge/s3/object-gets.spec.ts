import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { afterEach, describe, expect, it } from '@jest/globals';
import { optionsWith } from '../../../test/support/aws-mock.js';
import { openEmbeddedStore, type EmbeddedStore } from '../../../test/support/embedded-store.js';
import type { AuditForgeOptions } from '../audit-forge.options.js';
import { Clock, StoreClock, SystemClock } from '../clock.js';
import { ObjectGets } from './object-gets.js';
import type { ObjectAnswer } from './object-answer.js';
import type { ObjectRequest } from './object-request.js';
import { DefaultS3ClientFactory, S3ClientFactory, S3Clients, type BucketLocation } from './s3-clients.js';

const BODY = '{"event":"llm_call"}\n';
const ETAG = '"0123456789abcdef0123456789abcdef"';
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'only-for-tests' };
const LOCATION: BucketLocation = { bucket: 'logs-of-tests' };
const REQUEST: ObjectRequest = { key: 'eng-1/a b+c.jsonl', etag: ETAG, range: undefined };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const sized: Answer = (_request, response) => {
  response.writeHead(200, { ETag: ETAG, 'Content-Length': BODY.length }).end(BODY);
};
const chunked: Answer = (_request, response) => {
  response.writeHead(200, { ETag: ETAG });
  response.write(BODY.slice(0, 5));
  response.end(BODY.slice(5));
};

/** Clients of a host's own, past which no GET may go. */
class HostsFactory extends S3ClientFactory {
  create(config: S3ClientConfig): S3Client {
    return new S3Client(config);
  }
}

class ClockAt extends Clock {
  constructor(private readonly offsetMs: number) {
    super();
  }
  override now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }
}

/** The SDK names each of its tries; plain GETs have no such name. */
function isOfTheSdk({ headers }: IncomingMessage): boolean {
  return headers['amz-sdk-invocation-id'] !== undefined;
}

describe('reading an object into memory', () => {
  const closing: Array<() => Promise<unknown> | void> = [];
  const requests: IncomingMessage[] = [];
  const ports = new Set<number | undefined>();

  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
    requests.length = 0;
    ports.clear();
  });

  async function listen(answer: Answer): Promise<string> {
    const server: Server = createServer((request, response) => {
      requests.push(request);
      ports.add(request.socket.remotePort);
      answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function getsWith(
    given: Partial<AuditForgeOptions>,
    factory: S3ClientFactory = new DefaultS3ClientFactory(),
    clock: Clock = new SystemClock(),
  ): { gets: ObjectGets; clock: StoreClock } {
    const options = optionsWith({
      s3ForcePathStyle: true,
      region: 'us-east-1',
      credentials: CREDENTIALS,
      ...given,
    });
    const storeClock = new StoreClock(clock);
    const clients = new S3Clients(options, factory, storeClock);
    const gets = new ObjectGets(clients, factory, storeClock, options);
    closing.push(async () => {
      await gets.onApplicationShutdown();
      clients.onApplicationShutdown();
    });
    return { gets, clock: storeClock };
  }

  async function get(
    gets: ObjectGets,
    request: ObjectRequest = REQUEST,
    location: BucketLocation = LOCATION,
    signal = new AbortController().signal,
  ): Promise<{ text: string; answer: ObjectAnswer | undefined; begun: number }> {
    let memory = Buffer.alloc(1000);
    let answer: ObjectAnswer | undefined;
    let filled = 0;
    let begun = 0;
    const receiver = {
      begin: (head: ObjectAnswer) => {
        begun++;
        answer = head;
        memory = Buffer.alloc(head.ContentLength ?? BODY.length);
        return memory;
      },
      received: (count: number) => void (filled += count),
    };
    await gets.get(location, request, receiver, signal);
    return { text: memory.toString('utf8', 0, filled), answer, begun };
  }

  it('is a plain GET over a connection that is used again', async () => {
    const { gets } = getsWith({ s3Endpoint: await listen(sized) });
    for (let at = 0; at < 3; at++) expect((await get(gets)).text).toBe(BODY);
    expect(requests.map(isOfTheSdk)).toEqual([false, false, false]);
    expect(requests[0]!.url).toBe('/logs-of-tests/eng-1/a%20b%2Bc.jsonl');
    expect(requests[0]!.headers).toMatchObject({ 'if-match': ETAG, 'x-amz-checksum-mode': 'ENABLED' });
    expect(requests[0]!.headers['user-agent']).toMatch(/^aws-sdk-js/);
    expect(ports.size).toBe(1);
  });

  it('is left to the SDK for clients that a host makes', async () => {
    const { gets } = getsWith({ s3Endpoint: await listen(sized) }, new HostsFactory());
    for (let at = 0; at < 3; at++) expect((await get(gets)).text).toBe(BODY);
    expect(requests.map(isOfTheSdk)).toEqual([true, true, true]);
    expect(requests[0]!.url?.split('?')[0]).toBe('/logs-of-tests/eng-1/a%20b%2Bc.jsonl');
  });

  it('gives the same answer both ways', async () => {
    const headers = {
      ETag: ETAG,
      'Content-Length': BODY.length,
      'Content-Range': 'bytes 5-25/99',
      'Content-Encoding': 'identity',
      'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=',
      'x-amz-checksum-type': 'FULL_OBJECT',
      'x-amz-server-side-encryption': 'AES256',
    };
    const s3Endpoint = await listen((_request, response) => void response.writeHead(206, headers).end(BODY));
    const range = { start: 5, end: 5 + BODY.length };
    const direct = await get(getsWith({ s3Endpoint }).gets, { ...REQUEST, range });
    const bySdk = await get(getsWith({ s3Endpoint }, new HostsFactory()).gets, { ...REQUEST, range });
    expect(requests.map(isOfTheSdk)).toEqual([false, true]);
    expect(requests.map(({ headers: { range: asked } }) => asked)).toEqual(Array(2).fill('bytes=5-25'));
    const given = Object.entries(direct.answer!).filter(([, value]) => value !== undefined);
    expect(given).toHaveLength(7);
    expect(bySdk.answer).toMatchObject(Object.fromEntries(given));
    expect(direct.text).toBe(bySdk.text);
  });

  it('falls back to the SDK where the length of a body is not told, and stays there', async () => {
    const { gets } = getsWith({ s3Endpoint: await listen(chunked) });
    const first = await get(gets);
    expect([first.text, first.begun]).toEqual([BODY, 1]);
    expect((await get(gets)).text).toBe(BODY);
    expect(requests.map(isOfTheSdk)).toEqual([false, true, true]);
  });

  it('falls back for that bucket alone', async () => {
    const answer: Answer = (request, response) =>
      (request.url!.startsWith('/logs-of-tests/') ? chunked : sized)(request, response);
    const { gets } = getsWith({ s3Endpoint: await listen(answer) });
    await get(gets);
    await get(gets, REQUEST, { bucket: 'other-logs' });
    await get(gets);
    expect(requests.map(isOfTheSdk)).toEqual([false, true, false, true]);
  });

  it('falls back for all that are under way', async () => {
    const { gets } = getsWith({ s3Endpoint: await listen(chunked) });
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => get(gets)));
    const texts = all.filter((result) => result.status === 'fulfilled').map(({ value }) => value.text);
    expect(texts.length).toBeGreaterThan(0);
    expect(new Set(texts)).toEqual(new Set([BODY]));
    // Whose connection was closed under it may ask again, as after any cut.
    for (const result of all) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ name: 'IncompleteBody' });
    }
    expect((await get(gets)).text).toBe(BODY);
    expect(isOfTheSdk(requests.at(-1)!)).toBe(true);
  });

  it('takes the credentials of the time, with their session token', async () => {
    let turn = 0;
    const credentials = async (): Promise<AwsCredentialIdentity> => {
      turn++;
      return {
        accessKeyId: `AKID${turn}`,
        secretAccessKey: `secret-${turn}`,
        sessionToken: `token-${turn}`,
        // About to end, so that the SDK asks for new ones each time.
        expiration: new Date(Date.now() + 1000),
      };
    };
    const { gets } = getsWith({ s3Endpoint: await listen(sized), credentials });
    for (let at = 0; at < 3; at++) await get(gets);
    const ids = requests.map(({ headers }) => /Credential=AKID(\d+)\//.exec(headers.authorization!)?.[1]);
    const tokens = requests.map(({ headers }) => headers['x-amz-security-token']);
    expect(new Set(ids).size).toBe(3);
    expect(tokens).toEqual(ids.map((id) => `token-${id}`));
    for (const { headers } of requests) expect(headers.authorization).toContain('x-amz-security-token');
  });

  it('fails without credentials, and works once there are some', async () => {
    let known = false;
    const credentials = async (): Promise<AwsCredentialIdentity> => {
      if (!known) throw Object.assign(new Error('none yet'), { name: 'CredentialsProviderError' });
      return CREDENTIALS;
    };
    const { gets } = getsWith({ s3Endpoint: await listen(sized), credentials });
    await expect(get(gets)).rejects.toMatchObject({ name: 'CredentialsProviderError' });
    expect(requests).toEqual([]);
    known = true;
    expect((await get(gets)).text).toBe(BODY);
  });

  it('names the account that must own the bucket, and signs it', async () => {
    const { gets } = getsWith({ s3Endpoint: await listen(sized) });
    await get(gets, REQUEST, { ...LOCATION, account: '111122223333' });
    await get(gets);
    const owners = requests.map(({ headers }) => headers['x-amz-expected-bucket-owner']);
    expect(owners).toEqual(['111122223333', undefined]);
    expect(requests[0]!.headers.authorization).toContain(';x-amz-expected-bucket-owner,');
  });

  it('signs for the region of the bucket', async () => {
    const { gets } = getsWith({ s3Endpoint: await listen(sized) });
    await get(gets, REQUEST, { ...LOCATION, region: 'eu-north-1' });
    await get(gets);
    const regions = requests.map(({ headers }) => /\/([a-z0-9-]+)\/s3\//.exec(headers.authorization!)?.[1]);
    expect(regions).toEqual(['eu-north-1', 'us-east-1']);
  });

  it.each(['"a"\r\nx-evil: 1', '"a"\n', '"a"\r', '"a b"', '"é"', '"a"\0', '', '"\u007f"'])(
    'refuses an etag that no header may hold before anything is sent: %j',
    async (etag) => {
      const { gets } = getsWith({ s3Endpoint: await listen(sized) });
      await expect(get(gets, { ...REQUEST, etag })).rejects.toThrow('an etag holds characters');
      expect((await get(gets)).text).toBe(BODY);
      expect(requests).toHaveLength(1);
    },
  );

  it('sends nothing that a key holds as a line of its own', async () => {
    const { gets } = getsWith({ s3Endpoint: await listen(sized) });
    await get(gets, { ...REQUEST, key: 'a HTTP/1.1\r\nx-evil: 1\r\n\r\n' });
    expect(requests[0]!.url).toBe('/logs-of-tests/a%20HTTP/1.1%0D%0Ax-evil%3A%201%0D%0A%0D%0A');
    expect(requests[0]!.headers['x-evil']).toBeUndefined();
  });

  it('learns the time of the store from an answer', async () => {
    const hour = 3_600_000;
    const { gets, clock } = getsWith({ s3Endpoint: await listen(sized) }, undefined, new ClockAt(-hour));
    await get(gets);
    expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('learns the time of the store from a refusal for the wrong time, so that the next try is right', async () => {
    const { gets } = getsWith(
      {
        s3Endpoint: await listen((request, response) => {
          const stamp = String(request.headers['x-amz-date']);
          const at = Date.parse(stamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
          if (Math.abs(at - Date.now()) < 15 * 60_000) sized(request, response);
          else response.writeHead(403).end('<Error><Code>RequestTimeTooSkewed</Code></Error>');
        }),
      },
      undefined,
      new ClockAt(-3_600_000),
    );
    await expect(get(gets)).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' });
    expect((await get(gets)).text).toBe(BODY);
  });

  it('opens no further connection once it is destroyed', async () => {
    const { gets } = getsWith({ s3Endpoint: await listen(sized) });
    await get(gets);
    await gets.onApplicationShutdown();
    await once(requests[0]!.socket, 'close');
    expect(ports.size).toBe(1);
  });

  it('ends at once when it is told to', async () => {
    const leave = new AbortController();
    const reason = new Error('the client has left');
    const { gets } = getsWith({ s3Endpoint: await listen(() => leave.abort(reason)) });
    await expect(get(gets, REQUEST, LOCATION, leave.signal)).rejects.toBe(reason);
    expect(requests).toHaveLength(1);
  });
});

describe('reading an object of a real store', () => {
  let store: EmbeddedStore | undefined;
  afterEach(() => store?.close());

  it('is signed as the store wants it, whatever the key', async () => {
    store = await openEmbeddedStore();
    const bucket = await store.makeBucket({});
    const { endpoint, credentials, region } = store.config;
    const client = new S3Client({ ...store.config, requestChecksumCalculation: 'WHEN_REQUIRED' });
    const options = optionsWith({ s3Endpoint: endpoint, s3ForcePathStyle: true, region, credentials });
    const clock = new StoreClock(new SystemClock());
    const factory = new DefaultS3ClientFactory();
    const clients = new S3Clients(options, factory, clock);
    const gets = new ObjectGets(clients, factory, clock, options);
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    for (const key of ['a b', "!'()*~-_.", 'é🎯', 'a+b%2F%', 'x//y', '?a=b&c#d', ';:@$,="<>\\^`{|}']) {
      const { ETag } = await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: key, ContentLength: Buffer.byteLength(key) }),
      );
      let memory = Buffer.alloc(0);
      const begin = ({ ContentLength }: ObjectAnswer) => (memory = Buffer.alloc(ContentLength!));
      const receiver = { begin, received: () => undefined };
      await gets.get({ bucket }, { key, etag: ETag!, range: undefined }, receiver, AbortSignal.any([]));
      expect(memory.toString()).toBe(key);
    }
    const wrong = gets.get(
      { bucket },
      { key: 'a b', etag: '"00000000000000000000000000000000"', range: undefined },
      { begin: () => Buffer.alloc(0), received: () => undefined },
      AbortSignal.any([]),
    );
    await expect(wrong).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await gets.onApplicationShutdown();
    clients.onApplicationShutdown();
    client.destroy();
  });
});
