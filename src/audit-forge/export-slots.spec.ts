import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { noAbort, optionsWith } from '../../test/support/aws-mock.js';
import type { AuditForgeOptions } from './audit-forge.options.js';
import type { Caller } from './auth/caller.js';
import { AuditForgeError } from './errors/audit-forge.error.js';
import { ExportSlots } from './export-slots.js';
import { Shutdown } from './shutdown.js';

const ops: Caller = { kind: 'admin', subject: 'ops' };
const reviewer: Caller = { kind: 'session', subject: 'ops', engagements: new Set(['eng-1']) };

function slotsWith(given: Partial<AuditForgeOptions> = {}, shutdown = new Shutdown()): ExportSlots {
  return new ExportSlots(optionsWith({ maxActiveExports: 2, ...given }), shutdown);
}

/** What has become of a promise so far. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  await jest.advanceTimersByTimeAsync(0);
  return Promise.race([
    promise.then(
      () => 'resolved',
      (error: unknown) => (error instanceof AuditForgeError ? error.code : String(error)),
    ),
    Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => Promise.resolve())
      .then(() => 'pending'),
  ]);
}

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());

describe('an export', () => {
  it('enters at once where there is room', async () => {
    const slots = slotsWith();
    const slot = await slots.enter(ops, noAbort());
    expect(slot.owner.caller).toBe('admin:ops');
    expect(slot.signal.aborted).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('has a name of its own, and its caller one by kind and subject', async () => {
    const slots = slotsWith();
    const [one, two] = await Promise.all([slots.enter(ops, noAbort()), slots.enter(reviewer, noAbort())]);
    expect(one.owner.export).not.toBe(two.owner.export);
    expect(two.owner.caller).toBe('session:ops');
  });

  it('waits for another one to leave, and then holds no timer', async () => {
    const slots = slotsWith();
    const first = await slots.enter(ops, noAbort());
    await slots.enter(ops, noAbort());
    const third = slots.enter(ops, noAbort());
    expect(await stateOf(third)).toBe('pending');
    first.leave();
    expect(await stateOf(third)).toBe('resolved');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves once, however often that is said', async () => {
    const slots = slotsWith();
    const first = await slots.enter(ops, noAbort());
    await slots.enter(ops, noAbort());
    first.leave();
    first.leave();
    await slots.enter(ops, noAbort());
    expect(await stateOf(slots.enter(ops, noAbort()))).toBe('pending');
  });

  it.each([1, 10])(
    'that has waited for %i s is refused, and told to come back',
    async (exportWaitSeconds) => {
      const slots = slotsWith({ maxActiveExports: 1, exportWaitSeconds });
      await slots.enter(ops, noAbort());
      const refused = slots.enter(ops, noAbort()).catch((error: unknown) => error);
      await jest.advanceTimersByTimeAsync(exportWaitSeconds * 1000 - 1);
      expect(await stateOf(refused)).toBe('pending');
      await jest.advanceTimersByTimeAsync(1);
      expect(await refused).toMatchObject({ code: 'too_many_requests', retryAfter: exportWaitSeconds });
    },
  );

  it('is refused without a wait where none is wanted', async () => {
    const slots = slotsWith({ maxActiveExports: 1, exportWaitSeconds: 0 });
    await slots.enter(ops, noAbort());
    const refused = slots.enter(ops, noAbort()).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(1);
    expect(await refused).toMatchObject({ code: 'too_many_requests', retryAfter: 1 });
  });

  it('is refused at once where 256 wait already, and gives nobody else’s place away', async () => {
    const slots = slotsWith({ maxActiveExports: 1 });
    const first = await slots.enter(ops, noAbort());
    const waiting = Array.from({ length: 256 }, () => slots.enter(ops, noAbort()));
    await expect(slots.enter(reviewer, noAbort())).rejects.toMatchObject({ code: 'too_many_requests' });
    first.leave();
    expect(await stateOf(waiting[0]!)).toBe('resolved');
    const late = slots.enter(reviewer, noAbort());
    expect(await stateOf(late)).toBe('pending');
    (await waiting[0]!).leave();
    // The other caller has its turn before the second one of the first.
    expect(await stateOf(waiting[1]!)).toBe('resolved');
    for (const refused of waiting.slice(2)) refused.catch(() => undefined);
    late.catch(() => undefined);
  });

  it('that is aborted while it waits frees its place', async () => {
    const slots = slotsWith({ maxActiveExports: 1 });
    const first = await slots.enter(ops, noAbort());
    const client = new AbortController();
    const gone = new Error('the client has gone away');
    const aborted = slots.enter(ops, client.signal);
    const next = slots.enter(ops, noAbort());
    client.abort(gone);
    await expect(aborted).rejects.toBe(gone);
    first.leave();
    expect(await stateOf(next)).toBe('resolved');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is aborted with its request', async () => {
    const client = new AbortController();
    const slot = await slotsWith().enter(ops, client.signal);
    client.abort(new Error('the client has gone away'));
    expect(slot.signal.aborted).toBe(true);
  });
});

describe('a shutdown', () => {
  it('is done at once where no export is at work', async () => {
    expect(await stateOf(slotsWith().beforeApplicationShutdown())).toBe('resolved');
  });

  it('refuses new exports', async () => {
    const shutdown = new Shutdown();
    const slots = slotsWith({}, shutdown);
    expect(() => shutdown.assertOpen()).not.toThrow();
    await slots.beforeApplicationShutdown();
    expect(() => shutdown.assertOpen()).toThrow(expect.objectContaining({ code: 'shutting_down' }));
    await expect(slots.enter(ops, noAbort())).rejects.toMatchObject({ code: 'shutting_down', retryAfter: 5 });
  });

  it('waits for the exports at work, and does not disturb them', async () => {
    const slots = slotsWith();
    const exports = [await slots.enter(ops, noAbort()), await slots.enter(ops, noAbort())];
    const shutdown = slots.beforeApplicationShutdown();
    exports[0]!.leave();
    await jest.advanceTimersByTimeAsync(9_999);
    expect(await stateOf(shutdown)).toBe('pending');
    expect(exports[1]!.signal.aborted).toBe(false);
    exports[1]!.leave();
    expect(await stateOf(shutdown)).toBe('resolved');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('aborts those that are not done within the grace time, and waits until they have left', async () => {
    const slots = slotsWith({ shutdownGraceSeconds: 10 });
    const slot = await slots.enter(ops, noAbort());
    const shutdown = slots.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(slot.signal.aborted).toBe(true);
    expect(slot.signal.reason).toMatchObject({ code: 'shutting_down' });
    expect(await stateOf(shutdown)).toBe('pending');
    slot.leave();
    expect(await stateOf(shutdown)).toBe('resolved');
  });

  it('lets no export begin that waited for its turn', async () => {
    const slots = slotsWith({ maxActiveExports: 1 });
    const first = await slots.enter(ops, noAbort());
    const waiting = slots.enter(ops, noAbort());
    const shutdown = slots.beforeApplicationShutdown();
    first.leave();
    expect(await stateOf(waiting)).toBe('shutting_down');
    expect(await stateOf(shutdown)).toBe('resolved');
  });

  it('lets no export begin that was let in just before', async () => {
    const slots = slotsWith();
    const entering = slots.enter(ops, noAbort());
    const shutdown = slots.beforeApplicationShutdown();
    const entered = await stateOf(entering);
    // Either it is refused, or it is at work and waited for.
    expect([entered, await stateOf(shutdown)]).toEqual(
      entered === 'resolved' ? ['resolved', 'pending'] : ['shutting_down', 'resolved'],
    );
  });
});
