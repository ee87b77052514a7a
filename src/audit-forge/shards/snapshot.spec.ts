import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { mockS3, noAbort, s3Error, s3Store } from '../../../test/support/aws-mock.js';
import { compareKeys, Snapshot, SnapshotChanged } from './snapshot.js';

const PREFIX = 'auditforge/audit/eng-1/';
const LOCATION = { bucket: 'client-bucket', account: '123456789012' };

type Page = Partial<ListObjectsV2CommandOutput>;

/** A page with these names under the prefix. */
function page(...keys: string[]): Page {
  return { Contents: keys.map((name) => ({ Key: PREFIX + name, Size: 10, ETag: `"${name}"` })) };
}

describe('the order of keys', () => {
  it('is that of their UTF-8 bytes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 });
    const awkward = fc
      .array(
        fc.constantFrom(
          'a',
          '/',
          '\u007f',
          '\u0080',
          'é',
          '\ud7ff',
          '\ue000',
          '\uffff',
          '\u{10000}',
          '😀',
          '\u{10ffff}',
        ),
        {
          maxLength: 5,
        },
      )
      .map((characters) => characters.join(''));
    const key = fc.oneof(text, awkward);
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['part-10', 'part-2'],
    ['a', 'a.jsonl'],
    ['Z', 'a'],
    ['\uffff', '\u{10000}'],
    ['\ue000', '😀'],
  ])('puts %j before %j', (a, b) => {
    expect(compareKeys(a, b)).toBeLessThan(0);
    expect(compareKeys(b, a)).toBeGreaterThan(0);
    expect(compareKeys(a, a)).toBe(0);
  });
});

async function names(snapshot: Snapshot): Promise<string[]> {
  const shards = await Array.fromAsync(snapshot.shards());
  return shards.map(({ key }) => key.slice(PREFIX.length));
}

describe('a snapshot', () => {
  const s3 = mockS3();
  let unrecognised: string[];
  let unordered: Set<string>;

  beforeEach(() => {
    s3.reset();
    unrecognised = [];
    unordered = new Set();
  });

  /** The store lists these pages, each but the last saying that there is more. */
  function storeLists(...pages: Array<Page | Error>): void {
    s3.on(ListObjectsV2Command).callsFake(({ ContinuationToken }: { ContinuationToken?: string }) => {
      const at = ContinuationToken === undefined ? 0 : Number(ContinuationToken.slice('token-'.length));
      const answer = pages[at]!;
      if (answer instanceof Error) throw answer;
      const more = { IsTruncated: true, NextContinuationToken: `token-${at + 1}` };
      return { ...(at < pages.length - 1 ? more : { IsTruncated: false }), ...answer };
    });
  }

  function take(signal = noAbort()): Snapshot {
    const onUnrecognised = (key: string) => void unrecognised.push(key);
    return new Snapshot(
      {
        store: s3Store(),
        location: LOCATION,
        prefix: PREFIX,
        takenAt: new Date(),
        unordered,
        onUnrecognised,
      },
      signal,
    );
  }

  const inputs = () => s3.commandCalls(ListObjectsV2Command).map(({ args }) => args[0].input);

  it('asks for all keys under the prefix, percent-encoded, of the expected owner, page by page', async () => {
    storeLists(page('a.jsonl'), page('b.jsonl'));
    await names(take());
    const every = {
      Bucket: 'client-bucket',
      ExpectedBucketOwner: '123456789012',
      Prefix: PREFIX,
      EncodingType: 'url',
    };
    expect(inputs()).toEqual([
      { ...every, ContinuationToken: undefined, MaxKeys: 100 },
      { ...every, ContinuationToken: 'token-1' },
    ]);
  });

  it.each<[what: string, pages: Page[], shards: string[]]>([
    ['no page with an entry', [{}], []],
    ['one page', [page('a.jsonl', 'b.jsonl')], ['a.jsonl', 'b.jsonl']],
    ['several pages', [page('a.jsonl'), page('b.jsonl'), page('c.jsonl')], ['a.jsonl', 'b.jsonl', 'c.jsonl']],
    ['an empty page that says there is more', [{ Contents: [] }, {}, page('a.jsonl'), {}], ['a.jsonl']],
    [
      'all kinds of shards',
      [page('a.jsonl', 'b.jsonl.gz', 'c.jsonl.zst')],
      ['a.jsonl', 'b.jsonl.gz', 'c.jsonl.zst'],
    ],
    [
      'byte order, not that of numbers',
      [page('part-10.jsonl', 'part-2.jsonl')],
      ['part-10.jsonl', 'part-2.jsonl'],
    ],
  ])('failures 4: holds the shards of a listing with %s', async (_, pages, shards) => {
    storeLists(...pages);
    const snapshot = take();
    expect(await names(snapshot)).toEqual(shards);
    expect(await names(snapshot)).toEqual(shards);
    expect((await snapshot.totals()).shards).toBe(shards.length);
    expect(inputs()).toHaveLength(pages.length);
  });

  it('holds key, size and etag of each shard, and adds them up', async () => {
    const entry = (name: string, Size: number) => ({ Key: PREFIX + name, Size, ETag: `"${name}"` });
    storeLists({
      Contents: [
        entry('a.jsonl', 1),
        entry('b.jsonl.gz', 20),
        entry('c.jsonl.zst', 300),
        entry('d.jsonl', 0),
      ],
    });
    const snapshot = take();
    expect((await Array.fromAsync(snapshot.shards()))[1]).toEqual({
      key: `${PREFIX}b.jsonl.gz`,
      size: 20,
      etag: '"b.jsonl.gz"',
    });
    expect(await snapshot.totals()).toEqual({ shards: 4, plainBytes: 1, compressedBytes: 320 });
  });

  it('leaves out objects that are no shards, and reports each', async () => {
    storeLists(page('', 'a.jsonl', 'a.jsonl.bak', 'b.JSONL', 'b.json', 'c.jsonl.gz', 'jsonl'));
    const snapshot = take();
    expect(await names(snapshot)).toEqual(['a.jsonl', 'c.jsonl.gz']);
    expect((await snapshot.totals()).shards).toBe(2);
    expect(unrecognised.map((key) => key.slice(PREFIX.length))).toEqual([
      '',
      'a.jsonl.bak',
      'b.JSONL',
      'b.json',
      'jsonl',
    ]);
  });

  it.each([
    ['a+b%25c%C3%A9%F0%9F%98%80%2B.jsonl', 'a b%cé😀+.jsonl'],
    ['line%0Abreak.jsonl', 'line\nbreak.jsonl'],
  ])('decodes %s where the store has encoded it', async (encoded, name) => {
    storeLists({ ...page(encoded), EncodingType: 'url' });
    expect(await names(take())).toEqual([name]);
  });

  it('takes keys as they are where the store has not encoded them', async () => {
    storeLists(page('a+b%25.jsonl'));
    expect(await names(take())).toEqual(['a+b%25.jsonl']);
  });

  it('compares decoded keys, not encoded ones', async () => {
    // Encoded, `%C3%A9` comes before `z`; decoded it comes after it.
    storeLists({ ...page('z.jsonl', '%C3%A9.jsonl'), EncodingType: 'url' });
    expect(await names(take())).toEqual(['z.jsonl', 'é.jsonl']);
    expect(unordered.size).toBe(0);
  });

  describe('of a store that lists out of byte order', () => {
    it('failures 4: is sorted where the first page shows it', async () => {
      storeLists(page('b.jsonl', 'a.jsonl'), page('d.jsonl', 'c.jsonl'));
      expect(await names(take())).toEqual(['a.jsonl', 'b.jsonl', 'c.jsonl', 'd.jsonl']);
      expect([...unordered]).toEqual(['client-bucket']);
    });

    it('failures 4: is sorted where a later page shows it before any shard has been handed out', async () => {
      storeLists(page('b.jsonl', 'c.jsonl'), page('a.jsonl'), page('d.jsonl'));
      const snapshot = take();
      await snapshot.totals();
      expect(await names(snapshot)).toEqual(['a.jsonl', 'b.jsonl', 'c.jsonl', 'd.jsonl']);
    });

    it('failures 4: fails where a later page shows it after some have been, and the next one is sorted', async () => {
      storeLists(page('b.jsonl'), page('a.jsonl'));
      await expect(names(take())).rejects.toBeInstanceOf(SnapshotChanged);
      expect(await names(take())).toEqual(['a.jsonl', 'b.jsonl']);
    });

    it('failures 4: fails where a key comes twice', async () => {
      storeLists(page('a.jsonl', 'b.jsonl', 'a.jsonl'));
      await expect(names(take())).rejects.toMatchObject({ code: 'storage_unavailable' });
    });

    it.each([
      ['next to itself', [page('a.jsonl', 'a.jsonl')]],
      ['across pages', [page('a.jsonl'), page('a.jsonl')]],
      ['across pages, out of order', [page('b.jsonl', 'a.jsonl'), page('b.jsonl')]],
    ])('failures 4: never hands a key out twice: %s', async (_, pages) => {
      storeLists(...pages);
      await expect(names(take())).rejects.toThrow();
      await expect(names(take())).rejects.toMatchObject({ code: 'storage_unavailable' });
    });
  });

  it.each<[what: string, answer: Page]>([
    ['is none', {}],
    ['has fewer keys than it says', { ...page('a.jsonl'), KeyCount: 2, IsTruncated: false }],
    [
      'has an entry without a size',
      { Contents: [{ Key: `${PREFIX}a.jsonl`, ETag: '"a"' }], IsTruncated: false },
    ],
    [
      'has an entry without an etag',
      { Contents: [{ Key: `${PREFIX}a.jsonl`, Size: 1 }], IsTruncated: false },
    ],
  ])('failures 4: asks again where the listing %s', async (_, answer) => {
    const whole = { ...page('a.jsonl', 'b.jsonl'), KeyCount: 2, IsTruncated: false };
    s3.on(ListObjectsV2Command).resolvesOnce(answer).resolves(whole);
    expect(await names(take())).toEqual(['a.jsonl', 'b.jsonl']);
    expect(inputs()).toHaveLength(2);
  });

  describe('cannot be used', () => {
    it.each<[what: string, pages: Page[], reason: RegExp]>([
      [
        'a key outside the prefix',
        [{ Contents: [{ Key: 'auditforge/audit/eng-12/a.jsonl', Size: 1, ETag: '"a"' }] }],
        /not under the prefix/,
      ],
      ['more to come without a token', [{ ...page('a.jsonl'), IsTruncated: true }], /how to go on/],
      [
        'the same token twice',
        [page('a.jsonl'), { ...page('b.jsonl'), IsTruncated: true, NextContinuationToken: 'token-1' }],
        /how to go on/,
      ],
    ])('with %s', async (_, pages, reason) => {
      storeLists(...pages);
      const failure = {
        code: 'storage_unavailable',
        context: { reason: expect.stringMatching(reason), prefix: PREFIX },
      };
      const snapshot = take();
      await expect(names(snapshot)).rejects.toMatchObject(failure);
      await expect(snapshot.totals()).rejects.toMatchObject(failure);
    });

    it('where a page is refused, whatever pages came before', async () => {
      storeLists(page('a.jsonl'), s3Error('AccessDenied', 403));
      const snapshot = take();
      const got: string[] = [];
      const reading = (async () => {
        for await (const { key } of snapshot.shards()) got.push(key);
      })();
      await expect(reading).rejects.toMatchObject({ code: 'storage_access_denied' });
      expect(got).toEqual([`${PREFIX}a.jsonl`]);
      await expect(snapshot.totals()).rejects.toMatchObject({ code: 'storage_access_denied' });
    });

    it('where the request has been aborted', async () => {
      storeLists(page('a.jsonl'));
      const gone = new Error('the client has gone away');
      await expect(names(take(AbortSignal.abort(gone)))).rejects.toBe(gone);
    });
  });

  it('hands shards of the first page out while the next one is still to come', async () => {
    const second = Promise.withResolvers<void>();
    s3.on(ListObjectsV2Command).callsFake(async ({ ContinuationToken }: { ContinuationToken?: string }) => {
      if (ContinuationToken === undefined)
        return { ...page('a.jsonl'), IsTruncated: true, NextContinuationToken: 'more' };
      await second.promise;
      return { ...page('b.jsonl'), IsTruncated: false };
    });
    const shards = take().shards();
    expect((await shards.next()).value).toMatchObject({ key: `${PREFIX}a.jsonl` });
    second.resolve();
    expect((await shards.next()).value).toMatchObject({ key: `${PREFIX}b.jsonl` });
    expect(await shards.next()).toEqual({ done: true, value: undefined });
  });
});
