import { describe, expect, it } from '@jest/globals';
import { preferencesOf } from './prefer.js';

function of(...prefer: string[]): unknown[] {
  const { respondAsync, wait } = preferencesOf({ headersDistinct: { prefer } });
  return [respondAsync, wait];
}

describe('preferencesOf', () => {
  it('has none where the header is missing', () => {
    expect(preferencesOf({ headersDistinct: {} })).toEqual({ respondAsync: false, wait: undefined });
  });

  it.each<[string, boolean, number | undefined]>([
    ['respond-async', true, undefined],
    ['wait=10', false, 10],
    ['wait=0', false, 0],
    ['wait=30', false, 30],
    ['respond-async, wait=10', true, 10],
    ['wait=10,respond-async', true, 10],
    // Over 30 counts as 30.
    ['wait=31', false, 30],
    ['wait=999999999', false, 30],
    // Names in any letter case, values as tokens or quoted, space where it may be.
    ['Respond-Async, WAIT=5', true, 5],
    ['wait="10"', false, 10],
    ['respond-async=""', true, undefined],
    ['  wait  =\t10  ,\trespond-async  ', true, 10],
    // Parameters and what is not known here.
    ['respond-async; foo=bar; baz="a, wait=3"; , wait=10 ;x', true, 10],
    ['foo="respond-async, wait=3", return=minimal', false, undefined],
    ['foo="a \\" , respond-async", wait=4', false, 4],
    ['return=minimal, wait=5, handling=lenient', false, 5],
    // Of two the first.
    ['wait=5, wait=7', false, 5],
    // Malformed ones are passed over, and take no others with them.
    ['wait', false, undefined],
    ['wait=', false, undefined],
    ['wait=""', false, undefined],
    ['wait=ten, respond-async', true, undefined],
    ['wait=ten, wait=5', false, 5],
    ['wait=-1', false, undefined],
    ['wait=1.5', false, undefined],
    ['wait=1e1', false, undefined],
    ['wait=0x10', false, undefined],
    ['wait=١٠', false, undefined],
    ['wait=1 0', false, undefined],
    ['wait==10', false, undefined],
    ['wait:10', false, undefined],
    ['wait=9999999999', false, undefined],
    ['respond-async=no', false, undefined],
    ['respond-async wait=10', false, undefined],
    ['respond_async', false, undefined],
    ['xrespond-async, await=3', false, undefined],
    [',,, ,wait=2,,', false, 2],
    ['', false, undefined],
    // A quote that does not end: what follows it is not a list any more.
    ['wait=2, foo="respond-async', false, 2],
    ['wait=2, foo="a, respond-async', false, 2],
    ['"respond-async"', false, undefined],
  ])('of %j', (header, respondAsync, wait) => {
    expect(of(header)).toEqual([respondAsync, wait]);
  });

  it('of several headers takes them as one list, each with its own quotes', () => {
    expect(of('wait=4', 'respond-async', 'wait=9')).toEqual([true, 4]);
    expect(of('foo="', 'respond-async')).toEqual([true, undefined]);
  });

  it.each([
    ['spaces between parameters', `a${' ; '.repeat(5_000)}@`],
    ['spaces alone', `a${' '.repeat(16_000)}@`],
    ['equals signs', `a${' = '.repeat(5_000)}@`],
    ['quotes', `a="${'\\"'.repeat(5_000)}`],
    ['open quotes', 'a="b" "'.repeat(2_000)],
    ['commas', ','.repeat(16_000)],
  ])('comes to an end with as many %s as a header may hold', (_, header) => {
    expect(of(header, 'wait=1')).toEqual([false, 1]);
  });
});
