import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from '@jest/globals';
import { segmentFetcherWith } from '../../../test/support/aws-mock.js';
import { DefaultS3ClientFactory, S3ClientFactory } from '../s3/s3-clients.js';
import type { ObjectAnswer } from '../s3/object-answer.js';
import type { SegmentFetcher } from './segment-fetcher.js';
import type { Segment } from './segments.js';
import { SnapshotChanged } from './snapshot.js';

const BODY = Buffer.from(Array.from({ length: 5000 }, (_, at) => `{"n":${at}}`).join('\n'));
const ETAG = '"0123456789abcdef0123456789abcdef"';

type Answer = (request: IncomingMessage, response: ServerResponse, from: number, to: number) => void;

/** What S3 answers to a GET, whole or of a range. */
const right: Answer = (request, response, from, to) => {
  head(request, response, from, to);
  response.end(BODY.subarray(from, to));
};

function head(
  request: IncomingMessage,
  response: ServerResponse,
  from: number,
  to: number,
  etag = ETAG,
): void {
  const range =
    request.headers.range === undefined ? {} : { 'Content-Range': `bytes ${from}-${to - 1}/${BODY.length}` };
  response.writeHead(request.headers.range === undefined ? 200 : 206, {
    ETag: etag,
    'Content-Length': to - from,
    ...range,
  });
}

const cutAfter =
  (bytes: number): Answer =>
  (request, response, from, to) => {
    head(request, response, from, to);
    response.write(BODY.subarray(from, from + bytes), () => response.destroy());
  };

const failure =
  (status: number, code: string): Answer =>
  (_request, response) => {
    response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
  };

/** Clients of a host's own, past which no GET goes. */
class HostsFactory extends S3ClientFactory {
  create(config: S3ClientConfig): S3Client {
    return new S3Client(config);
  }
}

describe.each([
  ['by itself', new DefaultS3ClientFactory()],
  ['with the SDK', new HostsFactory()],
])('reading a segment %s', (_how, factory) => {
  let server: Server | undefined;
  let close: (() => Promise<void>) | undefined;
  const ranges: Array<string | undefined> = [];

  afterEach(async () => {
    await close?.();
    server?.closeAllConnections();
    server?.close();
    ranges.length = 0;
  });

  /** A store that gives these answers one after the other, and the right one from then on. */
  async function fetcherOn(answers: Answer[], stallSeconds = 15): Promise<SegmentFetcher> {
    server = createServer((request, response) => {
      expect(request.headers['if-match']).toBe(ETAG);
      expect(request.headers['x-amz-checksum-mode']).toBe('ENABLED');
      ranges.push(request.headers.range);
      const [, from = '0', to = String(BODY.length - 1)] =
        /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      (answers.shift() ?? right)(request, response, Number(from), Number(to) + 1);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const opened = segmentFetcherWith(
      {
        s3Endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        s3ForcePathStyle: true,
        region: 'us-east-1',
        credentials: { accessKeyId: 'A', secretAccessKey: 'B' },
        stallSeconds,
      },
      factory,
    );
    close = opened.close;
    return opened.fetcher;
  }

  const segment = (start = 0, end = BODY.length): Segment => ({
    shard: { key: 'auditforge/audit/eng-1/1.jsonl', size: BODY.length, etag: ETAG },
    start,
    end,
    first: start === 0,
    last: end === BODY.length,
  });
  async function fetch(
    fetcher: SegmentFetcher,
    wanted = segment(),
    signal = new AbortController().signal,
  ): Promise<{ bytes: Buffer; answer: ObjectAnswer }> {
    const bytes = Buffer.alloc(wanted.end - wanted.start);
    return { bytes, answer: await fetcher.fetch({ bucket: 'logs-of-tests' }, wanted, bytes, signal) };
  }

  it('asks for a whole shard without a range', async () => {
    const { bytes } = await fetch(await fetcherOn([]));
    expect(bytes.equals(BODY)).toBe(true);
    expect(ranges).toEqual([undefined]);
  });

  it('asks for a part of one by its range', async () => {
    const { bytes } = await fetch(await fetcherOn([]), segment(100, 2000));
    expect(bytes.equals(BODY.subarray(100, 2000))).toBe(true);
    expect(ranges).toEqual(['bytes=100-1999']);
  });

  it.each([0, 1, 777, BODY.length - 1])(
    'failures 14: goes on where the connection broke, after %d bytes',
    async (cut) => {
      const { bytes } = await fetch(await fetcherOn([cutAfter(cut)]));
      expect(bytes.equals(BODY)).toBe(true);
      expect(ranges).toEqual([undefined, cut === 0 ? undefined : `bytes=${cut}-${BODY.length - 1}`]);
    },
  );

  it('failures 14: goes on as often as there is progress', async () => {
    const { bytes } = await fetch(await fetcherOn(Array.from({ length: 12 }, () => cutAfter(500))));
    expect(bytes.equals(BODY)).toBe(true);
    expect(ranges).toHaveLength(13);
  });

  it.each([
    [503, 'SlowDown'],
    [500, 'InternalError'],
    [429, 'TooManyRequests'],
  ])('failures 12: tries again after %d', async (status, code) => {
    const { bytes } = await fetch(await fetcherOn([failure(status, code), failure(status, code)]));
    expect(bytes.equals(BODY)).toBe(true);
    expect(ranges).toHaveLength(3);
  });

  it('failures 16: drops a read that stalls, and goes on from the bytes that it has', async () => {
    const stalled: Answer = (request, response, from, to) => {
      head(request, response, from, to);
      response.write(BODY.subarray(from, from + 1000));
    };
    const { bytes } = await fetch(await fetcherOn([stalled], 1));
    expect(bytes.equals(BODY)).toBe(true);
    expect(ranges).toEqual([undefined, `bytes=1000-${BODY.length - 1}`]);
  });

  it('failures 15: refuses an answer that ignores the range, and does not ask again', async () => {
    const ignored: Answer = (_request, response) => {
      response.writeHead(200, { ETag: ETAG, 'Content-Length': BODY.length }).end(BODY);
    };
    const failed = fetch(await fetcherOn([cutAfter(10), ignored]));
    await expect(failed).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(ranges).toHaveLength(2);
  });

  it('failures 15: refuses another etag in the answer', async () => {
    const other: Answer = (request, response, from, to) => {
      head(request, response, from, to, '"ffffffffffffffffffffffffffffffff"');
      response.end(BODY.subarray(from, to));
    };
    await expect(fetch(await fetcherOn([other]))).rejects.toBeInstanceOf(SnapshotChanged);
  });

  it.each([
    [412, 'PreconditionFailed'],
    [404, 'NoSuchKey'],
  ])('failures 1 and 2: says on %d that the snapshot does not hold any more', async (status, code) => {
    await expect(fetch(await fetcherOn([failure(status, code)]))).rejects.toBeInstanceOf(SnapshotChanged);
    expect(ranges).toHaveLength(1);
  });

  it('says at once that access is denied', async () => {
    await expect(fetch(await fetcherOn([failure(403, 'AccessDenied')]))).rejects.toMatchObject({
      code: 'storage_access_denied',
      context: { operation: 'GetObject', shard: 'auditforge/audit/eng-1/1.jsonl' },
    });
    expect(ranges).toHaveLength(1);
  });

  it('ends at once when it is told to', async () => {
    const leave = new AbortController();
    const reason = new Error('the client has left');
    const waiting: Answer = () => leave.abort(reason);
    await expect(fetch(await fetcherOn([waiting]), segment(), leave.signal)).rejects.toBe(reason);
    expect(ranges).toHaveLength(1);
  });
});
