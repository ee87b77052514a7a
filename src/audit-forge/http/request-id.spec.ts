import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { requestIdOf } from './request-id.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function request(...ids: string[]): IncomingMessage {
  return { headersDistinct: ids.length === 0 ? {} : { 'x-request-id': ids } } as unknown as IncomingMessage;
}

describe('the id of a request', () => {
  it.each(['a', 'req-1', 'A.b_c-9', 'x'.repeat(64)])('is the one that it came with: %s', (id) => {
    expect(requestIdOf(request(id))).toBe(id);
  });

  it.each<[what: string, ids: string[]]>([
    ['none', []],
    ['an empty one', ['']],
    ['one that is too long', ['x'.repeat(65)]],
    ['one with a space', ['a b']],
    ['one with a newline', ['a\nb']],
    ['one that ends with a newline', ['a\n']],
    ['one with a quote', ['a"']],
    ['one of another script', ['é']],
    ['two', ['a', 'b']],
    ['two that are the same', ['a', 'a']],
  ])('is a new one where it came with %s', (_, ids) => {
    expect(requestIdOf(request(...ids))).toMatch(UUID);
  });

  it('stays the same, and is another for another request', () => {
    const one = request();
    expect(requestIdOf(one)).toBe(requestIdOf(one));
    expect(requestIdOf(request())).not.toBe(requestIdOf(one));
  });
});
