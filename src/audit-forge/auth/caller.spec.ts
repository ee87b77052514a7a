import { describe, expect, it } from '@jest/globals';
import { assertInScope, callerKey, type Caller } from './caller.js';

const session: Caller = { kind: 'session', subject: 'reviewer', engagements: new Set(['eng-1', 'eng-2']) };

describe('what a caller may read', () => {
  it.each<[caller: Caller, id: string]>([
    [{ kind: 'admin', subject: 'ops' }, 'eng-9'],
    [{ kind: 'service', subject: 'reports' }, 'eng-9'],
    [session, 'eng-1'],
    [session, 'eng-2'],
  ])('includes, for %j, %s', (caller, id) => {
    expect(() => assertInScope(caller, id)).not.toThrow();
  });

  it.each(['eng-12', 'ENG-1', 'eng-', '', 'eng-1/../eng-9', 'eng-1\0', '*', '__proto__'])(
    'of a session is what its scope names, not %j',
    (id) => {
      expect(() => assertInScope(session, id)).toThrow(
        expect.objectContaining({ code: 'engagement_out_of_scope', status: 403 }),
      );
    },
  );

  it('of a session without an engagement is nothing', () => {
    const caller: Caller = { kind: 'session', subject: 'reviewer', engagements: new Set() };
    expect(() => assertInScope(caller, 'eng-1')).toThrow();
  });
});

describe('the name of a caller for turns and limits', () => {
  it('tells kinds of the same subject apart', () => {
    expect(callerKey({ kind: 'admin', subject: 'ops' })).toBe('admin:ops');
    expect(callerKey({ kind: 'service', subject: 'ops' })).toBe('service:ops');
    expect(callerKey(session)).toBe('session:reviewer');
  });
});
