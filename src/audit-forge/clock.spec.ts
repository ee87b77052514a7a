import { describe, expect, it } from '@jest/globals';
import { FixedClock } from '../../test/support/aws-mock.js';
import { StoreClock, SystemClock } from './clock.js';

const NOW = '2026-05-08T13:20:00.500Z';

function clockAfter(...dates: Array<string | undefined>): string {
  const clock = new StoreClock(new FixedClock(NOW));
  for (const date of dates) clock.observe(date);
  return clock.now().toISOString();
}

describe('the clock of the service', () => {
  it('is the bound one until the store has said otherwise', () => {
    expect(clockAfter()).toBe(NOW);
  });

  it.each([
    ['Fri, 08 May 2026 13:20:00 GMT', 'the same second', NOW],
    ['Fri, 08 May 2026 13:20:02 GMT', '1.5 s ahead', NOW],
    ['Fri, 08 May 2026 13:19:59 GMT', '1.5 s behind', NOW],
    ['2026-05-08T13:20:02.500Z', '2 s ahead', NOW],
    ['2026-05-08T13:20:02.501Z', 'just over 2 s ahead', '2026-05-08T13:20:02.501Z'],
    ['Fri, 08 May 2026 13:20:03 GMT', '2.5 s ahead', '2026-05-08T13:20:03.000Z'],
    ['Fri, 08 May 2026 13:19:58 GMT', '2.5 s behind', '2026-05-08T13:19:58.000Z'],
    ['Fri, 08 May 2026 13:40:00 GMT', '20 minutes ahead', '2026-05-08T13:40:00.000Z'],
    ['Fri, 08 May 2026 13:00:00 GMT', '20 minutes behind', '2026-05-08T13:00:00.000Z'],
  ])('where the store says %s (%s) is %s', (date, _, expected) => {
    expect(clockAfter(date)).toBe(expected);
  });

  it.each([undefined, '', 'yesterday'])('passes over %j, which is no date', (date) => {
    expect(clockAfter(date)).toBe(NOW);
    expect(clockAfter('Fri, 08 May 2026 13:40:00 GMT', date)).toBe('2026-05-08T13:40:00.000Z');
  });

  it('is the bound one again once the two agree', () => {
    expect(clockAfter('Fri, 08 May 2026 13:40:00 GMT', 'Fri, 08 May 2026 13:20:01 GMT')).toBe(NOW);
  });

  it('goes on with the bound one, as far off as before', () => {
    let at = Date.parse('2026-05-08T13:20:00Z');
    const clock = new StoreClock({ now: () => new Date(at) });
    clock.observe('Fri, 08 May 2026 13:30:00 GMT');
    at += 5_000;
    expect(clock.now().toISOString()).toBe('2026-05-08T13:30:05.000Z');
  });

  it('is the time of the machine where nothing is bound', () => {
    const before = Date.now();
    const now = new SystemClock().now().getTime();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });
});
