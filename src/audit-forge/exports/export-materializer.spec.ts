import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type HeadObjectCommandOutput,
  type UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mockS3, noAbort, optionsWith, s3Error, s3Store } from '../../../test/support/aws-mock.js';
import { AssembledLog } from '../log/assembled-log.js';
import { ReadBudget } from '../shards/read-budget.js';
import type { ShardContent } from '../shards/shard-content.js';
import type { Snapshot } from '../shards/snapshot.js';
import { ExportKeys } from './export-keys.js';
import { ExportMaterializer } from './export-materializer.js';
import { KeyTaken } from './key-taken.js';

const AT = new Date('2026-05-08T13:20:00Z');
const key = (second: string) => `auditforge/exports/eng-1-20260508T1320${second}Z.jsonl`;
const PART_BYTES = 100;
const LONG_LOG = Array.from({ length: 90 }, (_, number) => `{"number":${number}}`);
const LONG_BYTES = Buffer.from(LONG_LOG.map((line) => `${line}\n`).join(''));
const PARTS = Math.ceil(LONG_BYTES.length / PART_BYTES);

/** A log of one shard with these lines, in chunks that fit no part; `fail` is thrown at its end. */
function logOf(lines: readonly string[], fail?: Error): AssembledLog {
  async function* contents(): AsyncGenerator<ShardContent> {
    const shard = { key: 'a.jsonl', size: 1, etag: '"a"' };
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    for (let at = 0; at < bytes.length; at += 37) {
      yield { shard, bytes: bytes.subarray(at, at + 37) };
      yield { shard, end: 'segment' };
    }
    if (fail !== undefined) throw fail;
    yield { shard, end: 'shard' };
  }
  const snapshot = { totals: async () => ({ shards: 1, plainBytes: 0, compressedBytes: 0 }) };
  return new AssembledLog(snapshot as unknown as Snapshot, contents(), 'jsonl');
}

const etagOf = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

describe('storing a log', () => {
  const s3 = mockS3();
  let budget: ReadBudget;
  let materializer: ExportMaterializer;
  let uploaded: Map<number, UploadPartCommandInput & { Body: Buffer }>;
  let completed: boolean;

  beforeEach(() => {
    s3.reset();
    uploaded = new Map();
    completed = false;
    s3.on(HeadObjectCommand).callsFake(() => {
      if (!completed) throw s3Error('NotFound', 404);
      const size = partBodies().reduce((sum, { length }) => sum + length, 0);
      return { ContentLength: size, ETag: etagOfParts(), VersionId: 'v1' };
    });
    s3.on(PutObjectCommand).callsFake(({ Body }: { Body: Buffer }) => ({
      ETag: etagOf(Body),
      VersionId: 'v1',
    }));
    s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'upload', ChecksumAlgorithm: 'CRC32' });
    s3.on(UploadPartCommand).callsFake(storePart);
    s3.on(CompleteMultipartUploadCommand).callsFake(() => {
      completed = true;
      return { VersionId: 'v1' };
    });
    s3.on(AbortMultipartUploadCommand).resolves({});
    budget = new ReadBudget(optionsWith());
    const store = s3Store();
    materializer = new ExportMaterializer(store, new ExportKeys(store), budget);
  });

  afterEach(() => {
    // Whatever came, the memory of the parts is given back.
    expect(budget.parts.inUse).toBe(0);
    expect(budget.parts.queued).toBe(0);
  });

  /** The body is copied: its memory is used again once it has been taken. */
  function storePart(input: UploadPartCommandInput): { ETag: string } {
    const Body = Buffer.from(input.Body as Buffer);
    uploaded.set(input.PartNumber!, { ...input, Body });
    return { ETag: etagOf(Body) };
  }

  /** The etag of an object of the parts that have come. */
  function etagOfParts(): string {
    const md5s = partBodies().map((body) => createHash('md5').update(body).digest());
    return `"${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-${md5s.length}"`;
  }

  function materialize(log: AssembledLog, more: { signal?: AbortSignal; partBytes?: number } = {}) {
    return materializer.materialize(log, {
      location: { bucket: 'client-bucket' },
      engagementId: 'eng-1',
      format: 'jsonl',
      requestedAt: AT,
      partBytes: more.partBytes ?? PART_BYTES,
      isWholeLog: false,
      owner: { caller: 'admin:ops', export: '1' },
      signal: more.signal ?? noAbort(),
      exportId: '20260508T132000Z-abcdefghij',
      confirm: async () => undefined,
    });
  }

  const called = () => s3.calls().map(({ args: [command] }) => command.constructor.name);
  const completions = () => s3.commandCalls(CompleteMultipartUploadCommand).map(({ args }) => args[0].input);
  const aborts = () => s3.commandCalls(AbortMultipartUploadCommand).map(({ args }) => args[0].input);
  const partBodies = () => [...uploaded].toSorted(([a], [b]) => a - b).map(([, { Body }]) => Body);

  describe('without an event', () => {
    it('calls the store for nothing', async () => {
      const log = logOf(['', '  ']);
      await expect(materialize(log)).resolves.toBeNull();
      expect(s3.calls()).toHaveLength(0);
      expect(log.summary).toMatchObject({ eventCount: 0, shardCount: 1 });
    });
  });

  describe('that ends within the first part', () => {
    it.each([
      ['shorter than a part', ['{"a":1}']],
      ['of exactly a part', [`{"a":"${'x'.repeat(PART_BYTES - 9)}"}`]],
    ])('puts one object of a log %s', async (_, lines) => {
      const log = logOf(lines);
      await expect(materialize(log)).resolves.toEqual({ key: key('00'), versionId: 'v1' });
      expect(called()).toEqual(['HeadObjectCommand', 'PutObjectCommand']);
      const { Body, ...headers } = s3.commandCalls(PutObjectCommand)[0]!.args[0].input;
      expect((Body as Buffer).toString()).toBe(`${lines[0]!}\n`);
      expect(headers).toMatchObject({
        Key: key('00'),
        ContentType: 'application/x-ndjson',
        ContentDisposition: 'attachment; filename="eng-1-20260508T132000Z.jsonl"',
        CacheControl: 'private, no-store',
        IfNoneMatch: '*',
      });
    });

    it.each([
      ['PreconditionFailed', 412],
      ['ConditionalRequestConflict', 409],
    ])('goes to the next second as a new object where the key was taken: %s', async (name, status) => {
      s3.on(PutObjectCommand, { Key: key('00') }).rejects(s3Error(name, status));
      await expect(materialize(logOf(['{}']))).resolves.toEqual({ key: key('01'), versionId: 'v1' });
      const puts = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
      expect(puts.map(({ Key }) => Key)).toEqual([key('00'), key('01')]);
      expect(puts[1]).toMatchObject({
        ContentDisposition: 'attachment; filename="eng-1-20260508T132001Z.jsonl"',
      });
    });

    it('gives up on a store that refuses every conditional put', async () => {
      s3.on(PutObjectCommand).rejects(s3Error('PreconditionFailed', 412));
      await expect(materialize(logOf(['{}']))).rejects.toMatchObject({ code: 'storage_unavailable' });
    });

    it('puts nothing of a log that fails', async () => {
      const damaged = new Error('damaged');
      await expect(materialize(logOf(['{}'], damaged))).rejects.toBe(damaged);
      expect(s3.calls()).toHaveLength(0);
    });
  });

  describe('that is longer than a part', () => {
    it('uploads equal parts but for the last, in order, that make up the log', async () => {
      const log = logOf(LONG_LOG);
      await expect(materialize(log)).resolves.toEqual({ key: key('00'), versionId: 'v1' });
      const bodies = partBodies();
      expect(bodies).toHaveLength(PARTS);
      expect(new Set(bodies.slice(0, -1).map(({ length }) => length))).toEqual(new Set([PART_BYTES]));
      expect(bodies.at(-1)!.length).toBe(LONG_BYTES.length - (PARTS - 1) * PART_BYTES);
      expect(Buffer.concat(bodies).equals(LONG_BYTES)).toBe(true);
      expect(sha256(Buffer.concat(bodies))).toEqual(log.summary.sha256);
      expect(log.summary).toMatchObject({ eventCount: LONG_LOG.length, sizeBytes: LONG_BYTES.length });
    });

    it('completes once, on condition, with every part in order', async () => {
      await materialize(logOf(LONG_LOG));
      const md5s = partBodies().map((body) => createHash('md5').update(body).digest('hex'));
      expect(completions()).toEqual([
        {
          Bucket: 'client-bucket',
          Key: key('00'),
          UploadId: 'upload',
          IfNoneMatch: '*',
          MpuObjectSize: LONG_BYTES.length,
          MultipartUpload: {
            Parts: partBodies().map((body, index) => ({
              PartNumber: index + 1,
              ETag: `"${md5s[index]}"`,
              ChecksumCRC32: crc32InBase64(body),
            })),
          },
        },
      ]);
      expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
      expect(aborts()).toHaveLength(0);
    });

    it('sets the headers when the upload is created', async () => {
      await materialize(logOf(LONG_LOG));
      expect(s3.commandCalls(CreateMultipartUploadCommand)[0]!.args[0].input).toEqual({
        Bucket: 'client-bucket',
        Key: key('00'),
        ChecksumAlgorithm: 'CRC32',
        ContentType: 'application/x-ndjson',
        ContentDisposition: 'attachment; filename="eng-1-20260508T132000Z.jsonl"',
        CacheControl: 'private, no-store',
      });
    });

    it('needs no part more where the log ends with a full one', async () => {
      await materialize(logOf([`{"a":"${'x'.repeat(2 * PART_BYTES - 9)}"}`]));
      expect(partBodies().map(({ length }) => length)).toEqual([PART_BYTES, PART_BYTES]);
    });

    it('holds each part to its CRC32 where the store echoes the algorithm', async () => {
      await materialize(logOf(LONG_LOG));
      expect(uploaded.size).toBe(PARTS);
      for (const { Body, ChecksumCRC32, ContentMD5 } of uploaded.values()) {
        expect(ChecksumCRC32).toBe(crc32InBase64(Body));
        expect(ContentMD5).toBeUndefined();
      }
    });

    it('leaves each part to the SHA-256 of its signature where the store does not', async () => {
      s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'upload' });
      await materialize(logOf(LONG_LOG));
      expect(uploaded.size).toBe(PARTS);
      for (const { ChecksumCRC32, ContentMD5 } of uploaded.values()) {
        expect([ContentMD5, ChecksumCRC32]).toEqual([undefined, undefined]);
      }
      for (const part of completions()[0]!.MultipartUpload!.Parts!)
        expect(part).not.toHaveProperty('ChecksumCRC32');
    });

    it('has a few parts on their way at once, and waits for one of them before the next', async () => {
      let inFlight = 0;
      let most = 0;
      s3.on(UploadPartCommand).callsFake(async (input: UploadPartCommandInput) => {
        most = Math.max(most, ++inFlight);
        await new Promise(setImmediate);
        const answer = storePart(input);
        inFlight--;
        return answer;
      });
      await materialize(logOf(LONG_LOG));
      expect(most).toBeGreaterThan(1);
      expect(most).toBeLessThanOrEqual(4);
      expect(Buffer.concat(partBodies()).equals(LONG_BYTES)).toBe(true);
    });

    it('goes on with one part at a time where the budget has room for no more', async () => {
      const partBytes = 24 * 1024 * 1024;
      const other = { caller: 'admin:ops', export: '2' };
      const taken = [128, 8].map((mib) => budget.parts.tryTake(mib * 1024 * 1024, other)!);
      expect(budget.parts.capacity - budget.parts.inUse).toBe(partBytes);
      const long = Array.from({ length: 3 }, () => `{"text":"${'x'.repeat(partBytes)}"}`);
      async function* contents(): AsyncGenerator<ShardContent> {
        const shard = { key: 'a.jsonl', size: 1, etag: '"a"' };
        for (const line of long) yield { shard, bytes: Buffer.from(`${line}\n`) };
        yield { shard, end: 'segment' };
        yield { shard, end: 'shard' };
      }
      const snapshot = { totals: async () => ({ shards: 1, plainBytes: 0, compressedBytes: 0 }) };
      const log = new AssembledLog(snapshot as unknown as Snapshot, contents(), 'jsonl');
      await expect(materialize(log, { partBytes })).resolves.toMatchObject({ key: key('00') });
      expect(uploaded.size).toBe(4);
      expect(sha256(Buffer.concat(partBodies()))).toEqual(log.summary.sha256);
      for (const lease of taken) lease.release();
    });
  });

  /** Aborted once, under its key, after every part that was begun had come to its end; never completed. */
  function expectAbortedUpload(): void {
    expect(aborts()).toEqual([{ Bucket: 'client-bucket', Key: key('00'), UploadId: 'upload' }]);
    expect(called().at(-1)).toBe('AbortMultipartUploadCommand');
  }

  describe('that cannot be completed', () => {
    it.each([
      ['PreconditionFailed', 412],
      ['ConditionalRequestConflict', 409],
    ])('says that the key is taken on %s, and leaves no upload', async (name, status) => {
      s3.on(CompleteMultipartUploadCommand).rejects(s3Error(name, status));
      const failed = await materialize(logOf(LONG_LOG)).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(KeyTaken);
      expect(failed).toMatchObject({ at: AT });
      expectAbortedUpload();
    });

    it('is aborted when the log fails after its first part', async () => {
      const damaged = new Error('damaged');
      await expect(materialize(logOf(LONG_LOG, damaged))).rejects.toBe(damaged);
      expectAbortedUpload();
      expect(completions()).toHaveLength(0);
    });

    it.each(Array.from({ length: PARTS }, (_, index) => index + 1))(
      'is aborted when part %i fails, whatever the others do',
      async (bad) => {
        s3.on(UploadPartCommand).callsFake((input: UploadPartCommandInput) => {
          if (input.PartNumber === bad) throw s3Error('AccessDenied', 403);
          return storePart(input);
        });
        await expect(materialize(logOf(LONG_LOG))).rejects.toMatchObject({
          code: 'storage_access_denied',
          context: { operation: 'UploadPart' },
        });
        expectAbortedUpload();
        expect(completions()).toHaveLength(0);
      },
    );

    it('is aborted only after the parts on their way have ended', async () => {
      const order: string[] = [];
      const slow = Promise.withResolvers<void>();
      s3.on(UploadPartCommand).callsFake(async (input: UploadPartCommandInput) => {
        if (input.PartNumber === 2) throw s3Error('AccessDenied', 403);
        await slow.promise;
        order.push(`part ${input.PartNumber!} ended`);
        return storePart(input);
      });
      s3.on(AbortMultipartUploadCommand).callsFake(() => void order.push('aborted'));
      const failing = materialize(logOf(LONG_LOG));
      const failed = expect(failing).rejects.toMatchObject({ code: 'storage_access_denied' });
      // Everything that could lead to a premature abort has run by then.
      for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
      expect(order).toEqual([]);
      expect(budget.parts.inUse).toBeGreaterThan(0);
      slow.resolve();
      await failed;
      expect(order.length).toBeGreaterThan(1);
      expect(order.at(-1)).toBe('aborted');
      expect(order.filter((what) => what === 'aborted')).toHaveLength(1);
      expect(completions()).toHaveLength(0);
    });

    it('is aborted when the client goes away, although its own signal has ended', async () => {
      const client = new AbortController();
      const gone = new Error('the client has gone away');
      s3.on(UploadPartCommand).callsFake((input: UploadPartCommandInput) => {
        if (input.PartNumber === 3) client.abort(gone);
        return storePart(input);
      });
      await expect(materialize(logOf(LONG_LOG), { signal: client.signal })).rejects.toBe(gone);
      expectAbortedUpload();
      expect(completions()).toHaveLength(0);
    });

    it('reads nothing when the client has left before there was memory', async () => {
      const gone = new Error('the client has gone away');
      await expect(materialize(logOf(LONG_LOG), { signal: AbortSignal.abort(gone) })).rejects.toBe(gone);
      expect(s3.calls()).toHaveLength(0);
    });

    it('counts as aborted where the upload is no longer there', async () => {
      s3.on(CompleteMultipartUploadCommand).rejects(s3Error('AccessDenied', 403));
      s3.on(AbortMultipartUploadCommand).rejects(s3Error('NoSuchUpload', 404));
      await expect(materialize(logOf(LONG_LOG))).rejects.toMatchObject({ code: 'storage_access_denied' });
      expectAbortedUpload();
    });

    it('fails where no upload can be created', async () => {
      s3.on(CreateMultipartUploadCommand).rejects(s3Error('AccessDenied', 403));
      await expect(materialize(logOf(LONG_LOG))).rejects.toMatchObject({ code: 'storage_access_denied' });
      expect(uploaded.size).toBe(0);
      expect(aborts()).toHaveLength(0);
    });

    it('frees its key, so that the next request of the second gets it', async () => {
      s3.on(CompleteMultipartUploadCommand).rejects(s3Error('AccessDenied', 403));
      await expect(materialize(logOf(LONG_LOG))).rejects.toMatchObject({ code: 'storage_access_denied' });
      await expect(materialize(logOf(['{}']))).resolves.toMatchObject({ key: key('00') });
    });
  });

  describe('that the store does not have as it was sent', () => {
    it.each<[what: string, head: Partial<HeadObjectCommandOutput>]>([
      ['of another size', { ContentLength: LONG_BYTES.length - 1 }],
      ['of other parts', { ContentLength: LONG_BYTES.length, ETag: `"${'0'.repeat(32)}-${PARTS}"` }],
      [
        'of parts with other checksums',
        { ContentLength: LONG_BYTES.length, ChecksumType: 'COMPOSITE', ChecksumCRC32: `AAAAAA==-${PARTS}` },
      ],
    ])('is refused: %s', async (_, head) => {
      s3.on(HeadObjectCommand).rejectsOnce(s3Error('NotFound', 404)).resolves(head);
      await expect(materialize(logOf(LONG_LOG))).rejects.toMatchObject({
        code: 'storage_unavailable',
        context: { key: key('00'), version: 'v1', reason: expect.stringContaining('was sent') },
      });
    });

    it('is looked at in the version that was written', async () => {
      await materialize(logOf(LONG_LOG));
      const heads = s3.commandCalls(HeadObjectCommand).map(({ args }) => args[0].input.VersionId);
      expect(heads).toEqual([undefined, 'v1']);
    });

    it('is held to its size alone where its etags are made with keys', async () => {
      const kms = { ETag: `"${'0'.repeat(32)}-${PARTS}"`, ServerSideEncryption: 'aws:kms' as const };
      s3.on(HeadObjectCommand)
        .rejectsOnce(s3Error('NotFound', 404))
        .resolves({ ContentLength: LONG_BYTES.length, ...kms });
      await expect(materialize(logOf(LONG_LOG))).resolves.toMatchObject({ key: key('00') });
    });
  });

  describe('whose completion was not answered', () => {
    it('failures 18: is one object and a success where the completion had worked', async () => {
      s3.on(CompleteMultipartUploadCommand).callsFake(() => {
        if (completed) throw s3Error('NoSuchUpload', 404);
        completed = true;
        throw s3Error('InternalError', 500);
      });
      await expect(materialize(logOf(LONG_LOG))).resolves.toEqual({ key: key('00'), versionId: 'v1' });
      expect(s3.commandCalls(CreateMultipartUploadCommand)).toHaveLength(1);
    });
  });
});

function crc32InBase64(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}
