import { describe, expect, it, vi } from 'vitest';
import { AuditForgeProblem, NetworkFailure, UnexpectedAnswer } from '../api/errors.js';
import { answer } from '../testing/client.js';
import { clock, events, lifetime, size } from './amounts.js';
import { explain } from './explain.js';
import { aboutLink } from './link.js';
import { CODE_OF_STATUS, PROBLEM_WORDS } from './problems.js';
import { moment } from './times.js';

const problem = (status: number, code: string | null, retryAfter: number | null = null) =>
  new AuditForgeProblem(status, code, 'What the service says.', 'req-1', retryAfter);

describe('errors in plain words', () => {
  it.each(Object.keys(PROBLEM_WORDS))('%s says what happened and what to do, with the reference', (code) => {
    const text = explain(problem(500, code));
    expect(text).toMatch(/^[A-Z].{30,}Reference: req-1$/);
    expect(text).not.toMatch(/undefined|null|_/);
  });

  it.each(Object.entries(CODE_OF_STATUS))('a bodiless %s is explained as %s', (status, code) => {
    expect(explain(problem(Number(status), null))).toBe(explain(problem(0, code)));
  });

  it('says how long to wait', () => {
    expect(explain(problem(429, 'too_many_requests', 12))).toContain('Try again in 12 seconds.');
    expect(explain(problem(503, null, 1))).toContain('try again in 1 second.');
    expect(explain(problem(429, null))).toContain('Try again in a moment.');
  });

  it('takes the sentence of the service for a code that is not known', () => {
    expect(explain(problem(418, 'teapot'))).toBe('What the service says. Reference: req-1');
  });

  it('tells being offline from a service that does not answer', () => {
    expect(explain(new NetworkFailure(null))).toContain('could not be reached');
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    expect(explain(new NetworkFailure(null))).toContain('offline');
  });

  it('has words for an answer that is not one, and for whatever else', () => {
    expect(explain(new UnexpectedAnswer('it is not JSON', 'req-2'))).toMatch(/not JSON.*Reference: req-2/);
    expect(explain(new TypeError('x is undefined'))).toBe(
      'Something in this page failed. Reload it and try again.',
    );
  });
});

describe('amounts and times', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [4_823_104, '4.8 MB'],
    [999_949, '999.9 kB'],
    [999_950, '1 MB'],
    [5_000_000_000, '5 GB'],
  ])('%d is %s', (bytes, text) => expect(size(bytes)).toBe(text));

  it.each([
    [1, '1 event'],
    [1842, '1,842 events'],
  ])('%d is %s', (n, text) => expect(events(n)).toBe(text));

  it.each([
    [600, '10 min'],
    [45, '45 s'],
    [570, '9 min 30 s'],
  ])('%d is %s', (s, text) => expect(lifetime(s)).toBe(text));

  it.each([
    [581, '9:41'],
    [3600, '60:00'],
    [5, '0:05'],
  ])('%d is shown as %s', (s, text) => expect(clock(s)).toBe(text));

  it('gives the zone, and the date when that is another', () => {
    const now = new Date('2026-05-08T11:20:00Z');
    expect(moment(new Date('2026-05-08T11:30:00Z'), now)).toBe('13:30 CEST');
    expect(moment(new Date('2026-05-08T22:30:00Z'), now)).toBe('9 May 2026, 00:30 CEST');
  });
});

describe('what is said of a link', () => {
  it('is its size, its events, its end and what it means', () => {
    vi.useFakeTimers({ now: new Date('2026-05-08T11:20:00Z') });
    expect(aboutLink(answer(), 'Link copied')).toBe(
      'Link copied: 4.8 MB, 1,842 events, valid until 13:30 CEST (10 min). ' +
        'Anyone with this link can download the log until then.',
    );
  });

  it('is also that it is shorter than asked', () => {
    expect(aboutLink(answer({ expires_in: 120, expiry_limited_by: 'credentials' }), 'Link copied')).toContain(
      '(2 min). That is shorter than asked for',
    );
  });
});
