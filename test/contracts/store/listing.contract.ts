import { ListObjectsV2Command, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { beforeAll, expect, it } from '@jest/globals';
import type { Contract } from '../store-under-test.js';

/** In the order of their UTF-8 bytes. UTF-16 would put the emoji before U+FFFD, a locale `é` beside `e`. */
const ODD_KEYS = [
  'odd/',
  'odd/ space.jsonl',
  'odd/"quoted"&<amp>.jsonl',
  'odd/%41.jsonl',
  "odd/'(brackets)*!.jsonl",
  'odd/+plus.jsonl',
  'odd/-.jsonl',
  'odd//double.jsonl',
  'odd/=.jsonl',
  'odd/?a=b#c.jsonl',
  'odd/Z.jsonl',
  'odd/a b.jsonl',
  'odd/a%20b.jsonl',
  'odd/a+b.jsonl',
  'odd/e.jsonl',
  `odd/long-${'l'.repeat(891)}`,
  'odd/part-10.jsonl',
  'odd/part-2.jsonl',
  'odd/~.jsonl',
  'odd/é.jsonl',
  'odd/\ufffd.jsonl',
  'odd/😀.jsonl',
];

export function describeListing(contract: () => Contract): void {
  let bucket: string;
  const list = async (prefix: string | undefined, more: { MaxKeys?: number; StartAfter?: string } = {}) => {
    const { client } = contract();
    const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix, ...more });
    const keys: string[] = [];
    let count = 0;
    for await (const page of pages) {
      count += 1;
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key!));
    }
    return { keys, pages: count };
  };

  beforeAll(async () => {
    bucket = await contract().store.makeBucket();
    for (const key of ODD_KEYS.toReversed()) await contract().put(bucket, key, key);
    for (const key of ['a/eng-1/1.jsonl', 'a/eng-1/2.jsonl', 'a/eng-12/1.jsonl', 'a/eng-1']) {
      await contract().put(bucket, key, key);
    }
  });

  it('lists in UTF-8 byte order, every key as it was put', async () => {
    expect((await list('odd/')).keys).toEqual(ODD_KEYS);
  });

  it('keeps the order and loses no key across pages of any size', async () => {
    for (const size of [1, 2, 7]) {
      const { keys, pages } = await list('odd/', { MaxKeys: size });
      expect(keys).toEqual(ODD_KEYS);
      expect(pages).toBe(Math.ceil(ODD_KEYS.length / size));
    }
  });

  it('gives every odd key its own object', async () => {
    for (const key of ODD_KEYS) expect((await contract().read(bucket, key)).toString()).toBe(key);
  });

  it('starts after a key', async () => {
    const after = ODD_KEYS.indexOf('odd/part-10.jsonl');
    const { keys } = await list('odd/', { StartAfter: 'odd/part-10.jsonl', MaxKeys: 3 });
    expect(keys).toEqual(ODD_KEYS.slice(after + 1));
  });

  it('encodes keys where it is asked to', async () => {
    const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: 'odd/', EncodingType: 'url' });
    const { Contents: contents = [] } = await contract().client.send(command);
    // As in a form on AWS (a space is `+`), as in a path on others (`%20`): `+` itself is `%2B` on all.
    const keys = contents.map(({ Key }) => decodeURIComponent(Key!.replaceAll('+', ' ')));
    expect(keys).toEqual(ODD_KEYS);
  });

  it('tells a prefix from a longer one', async () => {
    expect((await list('a/eng-1/')).keys).toEqual(['a/eng-1/1.jsonl', 'a/eng-1/2.jsonl']);
    expect((await list('a/eng-12/')).keys).toEqual(['a/eng-12/1.jsonl']);
  });

  it('lists the whole bucket for an empty prefix, and nothing where there is nothing', async () => {
    expect((await list('')).keys).toHaveLength(ODD_KEYS.length + 4);
    expect((await list(undefined)).keys).toHaveLength(ODD_KEYS.length + 4);
    expect(await list('none/')).toEqual({ keys: [], pages: 1 });
  });

  it('gives size, etag and date of each', async () => {
    const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: 'a/eng-1/1' });
    const {
      Contents: contents,
      KeyCount: count,
      IsTruncated: truncated,
    } = await contract().client.send(command);
    expect({ count, truncated }).toEqual({ count: 1, truncated: false });
    expect(contents).toMatchObject([{ Size: 15, ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/) }]);
    expect(Math.abs(contents![0]!.LastModified!.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('lists 2,500 keys, put in no order, in pages of 1,000', async () => {
    const keys = Array.from({ length: 2500 }, (_, number) => `many/${String(number).padStart(4, '0')}`);
    const rest = keys.toSorted((a, b) => Number(a.at(-1)) - Number(b.at(-1)));
    const worker = async () => {
      for (let key = rest.pop(); key !== undefined; key = rest.pop()) await contract().put(bucket, key, 'x');
    };
    await Promise.all(Array.from({ length: 24 }, worker));
    const found = await list('many/');
    expect(found.keys).toEqual(keys);
    expect(found.pages).toBe(3);
  });
}
