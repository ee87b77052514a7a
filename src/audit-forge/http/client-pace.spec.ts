import { describe, expect, it } from '@jest/globals';
import { ClientPace, MIN_BYTES_PER_SECOND, PACE_SECONDS } from './client-pace.js';

/** A client that takes so much in each of so many seconds. */
function pace(bytesPerSecond: number, seconds: number, of = new ClientPace()): ClientPace {
  for (let second = 0; second < seconds; second++) {
    of.took(bytesPerSecond);
    of.waited(1000);
  }
  return of;
}

describe('the pace of a client', () => {
  it.each<[what: string, bytesPerSecond: number, seconds: number, isSlow: boolean]>([
    ['just enough for a minute', MIN_BYTES_PER_SECOND, PACE_SECONDS, false],
    ['less for a minute', MIN_BYTES_PER_SECOND - 1, PACE_SECONDS, true],
    ['less, but not for a minute', 0, PACE_SECONDS - 1, false],
    ['nothing for an hour', 0, 3600, true],
    ['much for an hour', 10 * MIN_BYTES_PER_SECOND, 3600, false],
  ])('%s', (_, bytesPerSecond, seconds, isSlow) => {
    expect(pace(bytesPerSecond, seconds).isSlow).toBe(isSlow);
  });

  it('is of the last minute alone', () => {
    const client = pace(100 * MIN_BYTES_PER_SECOND, 600);
    expect(pace(0, PACE_SECONDS - 1, client).isSlow).toBe(false);
    expect(pace(0, 2, client).isSlow).toBe(true);
    expect(pace(MIN_BYTES_PER_SECOND, PACE_SECONDS, client).isSlow).toBe(false);
  });

  it('forgets all of it in one long wait', () => {
    const client = pace(100 * MIN_BYTES_PER_SECOND, 30);
    client.waited(10 * PACE_SECONDS * 1000);
    expect(client.isSlow).toBe(true);
  });

  it('counts what comes in short waits', () => {
    const client = new ClientPace();
    for (let at = 0; at < PACE_SECONDS * 1000; at++) {
      client.waited(1);
      client.took(MIN_BYTES_PER_SECOND / 1000 + 1);
    }
    expect(client.isSlow).toBe(false);
  });
});
