import { describe, expect, it } from '@jest/globals';
import { array, assert, nat, property, string, uniqueArray } from 'fast-check';
import { KeyIndex } from './key-index.js';

const anyKey = string({ unit: 'binary', minLength: 1, maxLength: 4 });

describe('KeyIndex', () => {
  it('keeps UTF-8 byte order, whatever is added and deleted', () => {
    assert(
      property(array(anyKey), array(anyKey), array(anyKey), (first, added, deleted) => {
        const index = new KeyIndex(new Set(first));
        for (const key of added) index.add(key);
        for (const key of deleted) index.delete(key);
        const expected = [...new Set([...first, ...added])].filter((key) => !deleted.includes(key));
        expect(index.list('', undefined, Infinity)).toEqual(inOrder(expected));
      }),
    );
  });

  it('finds what starts with a prefix and comes after a key', () => {
    assert(
      property(
        uniqueArray(anyKey),
        string({ maxLength: 1 }),
        anyKey,
        nat(5),
        (keys, prefix, after, limit) => {
          const follows = (key: string) => Buffer.from(key).compare(Buffer.from(after)) > 0;
          const expected = inOrder(keys).filter((key) => key.startsWith(prefix) && follows(key));
          expect(new KeyIndex(keys).list(prefix, after, limit)).toEqual(expected.slice(0, limit));
        },
      ),
    );
  });
});

function inOrder(keys: readonly string[]): string[] {
  return keys.toSorted((a, b) => Buffer.from(a).compare(Buffer.from(b)));
}
