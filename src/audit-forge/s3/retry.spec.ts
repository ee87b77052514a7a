import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { noAbort, s3Error } from '../../../test/support/aws-mock.js';
import { backoffMs, MAX_ATTEMPTS, MAX_RETRY_MS, withRetries } from './retry.js';

const slowDown = () => s3Error('SlowDown', 503);
const signal = noAbort();

/** A call that fails with these one after the other, and then succeeds; `tries` counts. */
function failing(...errors: Error[]): { call: () => Promise<string>; tries: () => number } {
  let tries = 0;
  const call = async () => {
    const error = errors[tries++];
    if (error !== undefined) throw error;
    return 'done';
  };
  return { call, tries: () => tries };
}

describe('a call that is tried again', () => {
  beforeEach(() => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each<[what: string, error: Error]>([
    ['503', slowDown()],
    ['500', s3Error('InternalError', 500)],
    ['429', s3Error('TooManyRequests', 429)],
    ['a 200 that holds an error', s3Error('SomeError', 200)],
    ['a connection that broke', Object.assign(new Error('broken'), { code: 'ECONNRESET' })],
  ])('failures 12: succeeds after %s', async (_, error) => {
    const { call, tries } = failing(...Array<Error>(MAX_ATTEMPTS - 1).fill(error));
    await expect(withRetries(call, { signal })).resolves.toBe('done');
    expect(tries()).toBe(MAX_ATTEMPTS);
  });

  it('is given up after so many tries, with the last failure', async () => {
    const errors = Array.from({ length: MAX_ATTEMPTS }, slowDown);
    const { call, tries } = failing(...errors);
    await expect(withRetries(call, { signal })).rejects.toBe(errors.at(-1));
    expect(tries()).toBe(MAX_ATTEMPTS);
  });

  it.each([
    ['AccessDenied', 403],
    ['NoSuchKey', 404],
    ['PreconditionFailed', 412],
    ['NotImplemented', 501],
  ])('is not tried again after %s', async (name, status) => {
    const { call, tries } = failing(s3Error(name, status));
    await expect(withRetries(call, { signal })).rejects.toMatchObject({ name });
    expect(tries()).toBe(1);
  });

  it('begins no try when the set time has passed since the first failure', async () => {
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    let tries = 0;
    const stalls = async () => {
      tries++;
      now += 15_000;
      throw slowDown();
    };
    await expect(withRetries(stalls, { signal })).rejects.toThrow();
    expect(tries).toBe(1 + MAX_RETRY_MS / 15_000 + 1);
  });

  it('counts anew after every try that got further', async () => {
    let held = 0;
    const call = async () => {
      if (++held <= 3 * MAX_ATTEMPTS) throw slowDown();
      return held;
    };
    const done = withRetries(call, { signal, progress: () => held });
    await expect(done).resolves.toBe(3 * MAX_ATTEMPTS + 1);
  });

  it('waits longer and longer, by chance, up to a second', () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const failures = [1, 2, 3, 4, 5, 6, 7, 15];
    expect(failures.map(backoffMs)).toEqual([25, 50, 100, 200, 400, 500, 500, 500]);
  });

  it('ends at once when it is aborted, also while it waits', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(1);
    const leave = new AbortController();
    const gone = new Error('the client has gone away');
    const { call, tries } = failing(...Array.from({ length: MAX_ATTEMPTS }, slowDown));
    const done = withRetries(call, { signal: leave.signal });
    setImmediate(() => leave.abort(gone));
    await expect(done).rejects.toBe(gone);
    expect(tries()).toBe(1);
  });

  describe('failures 22: whose credentials have ended', () => {
    it.each(['ExpiredToken', 'InvalidToken', 'InvalidAccessKeyId'])(
      'goes on with others: %s',
      async (name) => {
        const { call, tries } = failing(s3Error(name, 400));
        let renewals = 0;
        const renewCredentials = async () => void renewals++;
        await expect(withRetries(call, { signal, renewCredentials })).resolves.toBe('done');
        expect([tries(), renewals]).toEqual([2, 1]);
      },
    );

    it('asks for others once', async () => {
      const { call, tries } = failing(s3Error('ExpiredToken', 400), s3Error('ExpiredToken', 400));
      const renewCredentials = async () => undefined;
      await expect(withRetries(call, { signal, renewCredentials })).rejects.toMatchObject({
        name: 'ExpiredToken',
      });
      expect(tries()).toBe(2);
    });

    it('says what the store said where there are no others', async () => {
      const { call } = failing(s3Error('ExpiredToken', 400));
      const renewCredentials = () => Promise.reject(new Error('the token service is away'));
      await expect(withRetries(call, { signal, renewCredentials })).rejects.toMatchObject({
        name: 'ExpiredToken',
      });
    });
  });
});
