import { describe, expect, it } from '@jest/globals';
import { LogLeaks } from './log-leaks.js';
import { ADMIN_TOKEN, sessionToken, SESSION_SECRET } from './session-tokens.js';

describe('failures 36: the watch over everything that the tests log', () => {
  const found = (line: string) => {
    const leaks = new LogLeaks();
    leaks.watch(line);
    return () => leaks.expectNone();
  };

  it.each([
    ['an admin token', async () => `{"msg":"${ADMIN_TOKEN}"}`],
    ['the secret of sessions', async () => `{"secret":"${SESSION_SECRET}"}`],
    ['a session token', async () => `{"token":"${await sessionToken(['eng-1'])}"}`],
    ['a token of another issuer', async () => `{"t":"${await sessionToken([], {}, 'x'.repeat(40))}"}`],
    ['a link', async () => '{"url":"https://b.s3.amazonaws.com/k?X-Amz-Signature=0a1b"}'],
    ['a header', async () => '{"headers":{"Authorization":"x"}}'],
    ['an opaque bearer token', async () => '{"m":"Bearer opaque-token-1"}'],
  ])('failures 36: finds %s', async (_, line) => {
    expect(found(await line())).toThrow('A secret was logged');
  });

  it('failures 36: finds nothing in what the service logs', () => {
    const line =
      '{"level":40,"msg":"auditforge_request_refused","status":401,"code":"authentication_required"}';
    expect(found(line)).not.toThrow();
  });
});
