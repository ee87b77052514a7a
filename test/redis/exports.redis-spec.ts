import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { events } from '../support/events.js';
import type { StoreRequest } from '../support/faults/fault.js';
import type { ServiceProcess } from '../support/service-process.js';
import { sessionToken } from '../support/session-tokens.js';
import { Fleet, type State } from './fleet.js';
import { RedisServer } from './redis-server.js';

/** Longer than a lock lasts and stalled jobs take to be seen. For the failing case alone. */
const TAKEN_OVER_WITHIN_MS = 90_000;

/** Three shards of 6 MiB: as the third is read, an upload is open. */
const LARGE = Object.fromEntries([0, 1, 2].map((n) => [`${n}.jsonl`, events(96, n * 96, 64 * 1024)]));
const LARGE_LOG = Object.values(LARGE).join('');
const ENDS = ['ready', 'failed', 'cancelled'];

const isLastShard = ({ operation, key }: StoreRequest) =>
  operation === 'GetObject' && key.endsWith('/2.jsonl');
const isPart = ({ operation }: StoreRequest) => operation === 'UploadPart';
const isShard = ({ operation, key }: StoreRequest) =>
  operation === 'GetObject' && key.startsWith('auditforge/audit/');

describe('exports of several processes', () => {
  let fleet: Fleet;

  beforeEach(async () => {
    fleet = await Fleet.open();
  });
  afterEach(() => fleet.close());

  async function eventually<T>(look: () => Promise<T>, is: (seen: T) => boolean): Promise<T> {
    const end = Date.now() + TAKEN_OVER_WITHIN_MS;
    for (;;) {
      const seen = await look();
      if (is(seen)) return seen;
      if (Date.now() > end) throw new Error(`This stays as it is: ${JSON.stringify(seen)}`);
      await sleep(50);
    }
  }

  async function accepted(service: ServiceProcess, engagement: string, headers = {}): Promise<string> {
    const answer = await fleet.post(service, engagement, headers);
    expect([answer.status, answer.json<State>().code]).toEqual([202, undefined]);
    return answer.json<State>().export_id;
  }

  function ended(service: ServiceProcess, engagement: string, exportId: string): Promise<State> {
    return eventually(
      () => fleet.state(service, engagement, exportId),
      ({ state }) => ENDS.includes(state),
    );
  }

  /** One object with the whole log, and one record that it is done. */
  async function expectOne(engagement: string, exportId: string): Promise<void> {
    const keys = await fleet.keys('auditforge/exports/');
    expect(keys).toHaveLength(1);
    expect((await fleet.read(keys[0]!)) === LARGE_LOG).toBe(true);
    expect((await fleet.records(engagement, exportId)).toSorted()).toEqual(['.json', '.request.json']);
  }

  /** One object, and one record that it is done, which tells its bytes. */
  async function expectAsRecorded(engagement: string, exportId: string): Promise<void> {
    expect((await fleet.records(engagement, exportId)).toSorted()).toEqual(['.json', '.request.json']);
    const record = await fleet.read(`auditforge/export-records/${engagement}/${exportId}.json`);
    const { s3_key, sha256 } = JSON.parse(record) as { s3_key: string; sha256: string };
    expect(await fleet.keys('auditforge/exports/')).toEqual([s3_key]);
    expect(
      createHash('sha256')
        .update(await fleet.read(s3_key))
        .digest('hex'),
    ).toBe(sha256);
  }

  /** An export of the large log whose last shard is held back, by the only process that is there. */
  async function inTheMiddle(environment = {}) {
    await fleet.seed('eng-1', LARGE);
    const gate = fleet.hold(isLastShard);
    const first = await fleet.instance(environment);
    const exportId = await accepted(first, 'eng-1');
    const uploads = await eventually(
      () => fleet.uploads(),
      (open) => open.length === 1 && gate.held.length > 0,
    );
    return { first, exportId, gate, uploads };
  }

  describe('when the process that works is killed', () => {
    it('is finished by another, once', async () => {
      const { first, exportId, gate, uploads } = await inTheMiddle();
      const [second] = [await fleet.instance(), await fleet.worker()];
      first.signal('SIGKILL');
      await first.ended;
      gate.open();
      expect(await ended(second, 'eng-1', exportId)).toMatchObject({ state: 'ready' });
      await expectOne('eng-1', exportId);
      // That of the killed one: none but the store's own rules can end it.
      expect(await fleet.uploads()).toEqual(uploads);
    });

    it('is finished by a worker that answers no requests', async () => {
      const { first, exportId, gate } = await inTheMiddle();
      await fleet.worker();
      first.signal('SIGKILL');
      await first.ended;
      gate.open();
      await eventually(
        () => fleet.records('eng-1', exportId),
        (records) => records.includes('.json'),
      );
      await expectOne('eng-1', exportId);
      const later = await fleet.instance();
      expect(await fleet.state(later, 'eng-1', exportId)).toMatchObject({ state: 'ready' });
    });
  });

  describe('when the process that works is frozen, and wakes after another has finished', () => {
    async function expectHarmless(
      first: ServiceProcess,
      exportId: string,
      gate: { open: () => void },
    ): Promise<void> {
      const second = await fleet.instance();
      first.signal('SIGSTOP');
      // What is held is held for the frozen one alone.
      fleet.proxy.script = () => undefined;
      expect(await ended(second, 'eng-1', exportId)).toMatchObject({ state: 'ready' });
      await expectOne('eng-1', exportId);
      first.signal('SIGCONT');
      gate.open();
      // It gives up what it has begun.
      await eventually(
        () => fleet.uploads(),
        (open) => open.length === 0,
      );
      // And is as good as before.
      await fleet.seed('eng-2', { '1.jsonl': events(3) });
      const other = await accepted(first, 'eng-2');
      expect(await ended(first, 'eng-2', other)).toMatchObject({ state: 'ready' });
      expect(await fleet.keys('auditforge/exports/eng-1-')).toHaveLength(1);
      expect((await fleet.records('eng-1', exportId)).toSorted()).toEqual(['.json', '.request.json']);
      expect(first.logged('auditforge_audit_log_export_failed')).toEqual([]);
    }

    it('completes nothing, if it was reading', async () => {
      const { first, exportId, gate } = await inTheMiddle();
      await expectHarmless(first, exportId, gate);
    });

    it('leaves one object, if it was completing', async () => {
      await fleet.seed('eng-1', LARGE);
      const gate = fleet.hold(({ operation }) => operation === 'CompleteMultipartUpload');
      const first = await fleet.instance();
      const exportId = await accepted(first, 'eng-1');
      await eventually(async () => gate.held.length, Boolean);
      await expectHarmless(first, exportId, gate);
    });
  });

  describe('when the process that works is so slow that its object comes as another one is about to be', () => {
    /** Two processes that complete the same export, of logs that differ; what the first sends arrives first. */
    async function expectOneOf(first: Record<string, string>, operation: string): Promise<void> {
      await fleet.seed('eng-1', first);
      const isWrite = (request: StoreRequest) =>
        request.operation === operation && request.key.startsWith('auditforge/exports/');
      const late = fleet.hold(isWrite);
      const slow = await fleet.instance();
      const exportId = await accepted(slow, 'eng-1');
      await eventually(async () => late.held.length, Boolean);
      slow.signal('SIGSTOP');
      await fleet.seed('eng-1', { 'z.jsonl': events(1) });
      const next = fleet.hold(isWrite);
      const other = await fleet.instance();
      await eventually(async () => next.held.length, Boolean);
      late.open();
      // All but what is held is answered: what the slow one has sent has arrived.
      await eventually(async () => fleet.proxy.active === next.held.length, Boolean);
      next.open();
      slow.signal('SIGCONT');
      expect(await ended(other, 'eng-1', exportId)).toMatchObject({ state: 'ready' });
      await eventually(
        () => fleet.dump(),
        (dump) => !dump.includes(`auditforge:exports:${exportId}`),
      );
      await expectAsRecorded('eng-1', exportId);
      expect(await fleet.uploads()).toEqual([]);
      expect(slow.logged('auditforge_audit_log_export_failed')).toEqual([]);
    }

    it('leaves one object, of an upload', () => expectOneOf(LARGE, 'CompleteMultipartUpload'));

    it('leaves one object, of a put', () => expectOneOf({ '1.jsonl': events(3) }, 'PutObject'));
  });

  it('go on when all processes are stopped and started again', async () => {
    await fleet.seed('eng-1', { '1.jsonl': events(3) });
    fleet.hold(isShard);
    const first = await fleet.instance({ AUDITFORGE_SHUTDOWN_GRACE_SECONDS: '1' });
    const worker = await fleet.worker({ AUDITFORGE_SHUTDOWN_GRACE_SECONDS: '1' });
    const ids: string[] = [];
    for (let at = 0; at < 12; at++) ids.push(await accepted(first, 'eng-1'));
    first.signal('SIGTERM');
    worker.signal('SIGTERM');
    expect([(await first.ended).code, await worker.ended]).toEqual([0, 0]);
    fleet.proxy.script = () => undefined;
    const second = await fleet.instance();
    for (const id of ids) {
      expect(await ended(second, 'eng-1', id)).toMatchObject({ state: 'ready' });
      expect((await fleet.records('eng-1', id)).toSorted()).toEqual(['.json', '.request.json']);
    }
    expect(await fleet.keys('auditforge/exports/')).toHaveLength(12);
  });

  it('are handed on by a process that is stopped, those at work and those that wait, with nothing left of it', async () => {
    const { first, exportId, gate } = await inTheMiddle({ AUDITFORGE_SHUTDOWN_GRACE_SECONDS: '1' });
    const ids = [exportId];
    for (let at = 0; at < 6; at++) ids.push(await accepted(first, 'eng-1'));
    const second = await fleet.instance();
    first.signal('SIGTERM');
    expect((await first.ended).code).toBe(0);
    gate.open();
    for (const id of ids) {
      expect(await ended(second, 'eng-1', id)).toMatchObject({ state: 'ready' });
      expect((await fleet.records('eng-1', id)).toSorted()).toEqual(['.json', '.request.json']);
    }
    expect(await fleet.keys('auditforge/exports/')).toHaveLength(ids.length);
    expect(await fleet.uploads()).toEqual([]);
  });

  it('of many callers are each done once, and leave nothing secret in Redis', async () => {
    const callers = Array.from({ length: 20 }, (_, at) => `eng-${at}`);
    for (const engagement of callers) await fleet.seed(engagement, { '1.jsonl': events(3) });
    const gate = fleet.hold(isShard);
    const instances = [await fleet.instance(), await fleet.instance()];
    await fleet.worker();
    const ids = await Promise.all(
      callers.map(async (engagement, caller) => {
        const authorization = `Bearer ${await sessionToken([engagement], { sub: engagement })}`;
        const own: string[] = [];
        for (let at = 0; at < 10; at++)
          own.push(await accepted(instances[(at + caller) % 2]!, engagement, { authorization }));
        return own;
      }),
    );
    const queued = await fleet.dump();
    gate.open();
    for (const [caller, engagement] of callers.entries()) {
      for (const id of ids[caller]!)
        expect(await ended(instances[caller % 2]!, engagement, id)).toMatchObject({ state: 'ready' });
      expect(await fleet.keys(`auditforge/exports/${engagement}-`)).toHaveLength(10);
      const records = await fleet.keys(`auditforge/export-records/${engagement}/`);
      expect(records.filter((key) => /Z-[a-z2-7]{10}\.json$/.test(key))).toHaveLength(10);
      expect(records).toHaveLength(20);
    }
    // A record says that an export is done before the queue knows it.
    const done = await eventually(
      () => fleet.dump(),
      (dump) => !/^auditforge:exports:\d{8}T|^auditforge:queued/m.test(dump),
    );
    expect(queued).toContain(ids[0]![9]!);
    for (const dump of [queued, done]) {
      expect(dump).not.toMatch(/X-Amz|https?:|Bearer|test-admin-token|only-for-tests/i);
      // How each token begins, to the letter: ids of exports are random, and in small letters some hold it.
      expect(dump).not.toContain('eyJ');
    }
  });

  it('are at most 20 of one session, whichever instance is asked', async () => {
    await fleet.seed('eng-1', { '1.jsonl': events(3) });
    fleet.hold(isShard);
    const instances = [await fleet.instance(), await fleet.instance()];
    const authorization = `Bearer ${await sessionToken(['eng-1'], { sub: 'one' })}`;
    const statuses: number[] = [];
    for (let at = 0; at < 40; at++)
      statuses.push((await fleet.post(instances[at % 2]!, 'eng-1', { authorization })).status);
    // 4 at work at each instance, and 20 that wait; a worker may take a moment to take one.
    expect(statuses.filter((status) => status === 202).length).toBeGreaterThanOrEqual(20);
    expect(statuses.filter((status) => status === 202).length).toBeLessThanOrEqual(28);
    expect(statuses.at(-1)).toBe(429);
  });

  it('show their progress at every instance', async () => {
    const { exportId, gate } = await inTheMiddle();
    const second = await fleet.instance();
    const { progress } = await eventually(
      () => fleet.state(second, 'eng-1', exportId),
      (seen) => seen.progress!.shards.done > 0,
    );
    expect(progress).toMatchObject({
      shards: { done: 2, total: 3 },
      bytes: { total: Buffer.byteLength(LARGE_LOG) },
    });
    gate.open();
    expect(await ended(second, 'eng-1', exportId)).toMatchObject({ state: 'ready' });
  });

  describe('are cancelled at another instance', () => {
    it('while they wait', async () => {
      await fleet.seed('eng-1', { '1.jsonl': events(3) });
      fleet.hold(isShard);
      const first = await fleet.instance();
      const ids: string[] = [];
      for (let at = 0; at < 9; at++) ids.push(await accepted(first, 'eng-1'));
      const second = await fleet.instance();
      const last = ids.at(-1)!;
      expect((await fleet.at(second, 'eng-1', last, 'DELETE')).status).toBe(204);
      expect(await fleet.state(first, 'eng-1', last)).toMatchObject({ state: 'cancelled' });
      expect((await fleet.at(first, 'eng-1', last, 'DELETE')).status).toBe(204);
      fleet.proxy.script = () => undefined;
      expect((await fleet.records('eng-1', last)).toSorted()).toEqual(['.cancelled.json', '.request.json']);
    });

    it('while they are at work, and leave nothing', async () => {
      const { exportId } = await inTheMiddle();
      const second = await fleet.instance();
      expect((await fleet.at(second, 'eng-1', exportId, 'DELETE')).status).toBe(204);
      await eventually(
        () => fleet.uploads(),
        (open) => open.length === 0,
      );
      await eventually(
        () => fleet.dump(),
        (dump) => !dump.includes(`auditforge:exports:${exportId}`),
      );
      expect(await fleet.state(second, 'eng-1', exportId)).toMatchObject({ state: 'cancelled' });
      expect(await fleet.keys('auditforge/exports/')).toEqual([]);
      expect((await fleet.records('eng-1', exportId)).toSorted()).toEqual([
        '.cancelled.json',
        '.request.json',
      ]);
    });

    it('no longer when they complete, or have', async () => {
      await fleet.seed('eng-1', LARGE);
      const gate = fleet.hold(({ operation }) => operation === 'CompleteMultipartUpload');
      const first = await fleet.instance();
      const exportId = await accepted(first, 'eng-1');
      await eventually(async () => gate.held.length, Boolean);
      const second = await fleet.instance();
      const late = await fleet.at(second, 'eng-1', exportId, 'DELETE');
      expect([late.status, late.json<State>().code]).toEqual([409, 'export_finished']);
      gate.open();
      expect(await ended(second, 'eng-1', exportId)).toMatchObject({ state: 'ready' });
      expect((await fleet.at(second, 'eng-1', exportId, 'DELETE')).status).toBe(409);
      await expectOne('eng-1', exportId);
    });
  });

  it('of one Idempotency-Key are one for one caller, and two for two', async () => {
    await fleet.seed('eng-1', { '1.jsonl': events(3) });
    const both = [await fleet.instance(), await fleet.instance()];
    const key = { 'idempotency-key': 'the-same-key' };
    const authorization = `Bearer ${await sessionToken(['eng-1'], { sub: 'another' })}`;
    const answers = await Promise.all([
      fleet.post(both[0]!, 'eng-1', key),
      fleet.post(both[1]!, 'eng-1', key),
      fleet.post(both[1]!, 'eng-1', { ...key, authorization }),
    ]);
    const [one, same, other] = answers.map(({ headers }) => headers.location);
    expect(one).toMatch(/^\/auditforge\/engagement\/eng-1\/audit-log\/exports\/\d{8}T\d{6}Z-/);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
    const otherBody = await fleet.post(both[1]!, 'eng-1', key, { format: 'json' });
    expect([otherBody.status, otherBody.json<State>().code]).toEqual([422, 'idempotency_key_reused']);
    for (const location of [one!, other!])
      expect(await ended(both[0]!, 'eng-1', location.split('/').at(-1)!)).toMatchObject({ state: 'ready' });
    expect(await fleet.keys('auditforge/exports/')).toHaveLength(2);
  });

  it('go over TLS, with a server whose certificate is known and no other', async () => {
    await fleet.close();
    fleet = await Fleet.open(await RedisServer.start({ tls: true }));
    await fleet.seed('eng-1', { '1.jsonl': events(3) });
    const knows = { NODE_EXTRA_CA_CERTS: fleet.redis.certificate! };
    const [service, stranger] = [await fleet.instance(knows), await fleet.instance()];
    const exportId = await accepted(service, 'eng-1');
    expect(await ended(service, 'eng-1', exportId)).toMatchObject({ state: 'ready' });
    expect((await fleet.post(stranger, 'eng-1')).status).toBe(503);
  });

  describe('while Redis is away', () => {
    async function expectRefused(service: ServiceProcess, log = events(3)): Promise<void> {
      const answer = await fleet.post(service, 'eng-1');
      expect([answer.status, answer.json<State>().code]).toEqual([503, 'queue_unavailable']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect((await service.get(service.logAddress('eng-1'))).body.toString() === log).toBe(true);
    }

    async function expectBack(service: ServiceProcess): Promise<void> {
      const answer = await eventually(
        () => fleet.post(service, 'eng-1'),
        ({ status }) => status === 202,
      );
      const { export_id: id } = answer.json<State>();
      expect(await ended(service, 'eng-1', id)).toMatchObject({ state: 'ready' });
    }

    const told = (service: ServiceProcess, msg: string) =>
      service.logged(msg).filter((line) => line['for'] === 'exports').length;

    it('from the start: no more are taken, all else goes on, and it needs no restart', async () => {
      await fleet.seed('eng-1', { '1.jsonl': events(3) });
      await fleet.redis.stop();
      const service = await fleet.instance();
      await expectRefused(service);
      await fleet.redis.start();
      await expectBack(service);
      expect([told(service, 'auditforge_redis_away'), told(service, 'auditforge_redis_back')]).toEqual([
        1, 1,
      ]);
      expect(JSON.stringify(service.logs)).not.toContain('redis-password');
    });

    it('in the middle: one at work waits with its end until it is back', async () => {
      const { first, exportId, gate } = await inTheMiddle();
      fleet.redis.signal('SIGSTOP');
      gate.open();
      await expectRefused(first, LARGE_LOG);
      // It is not known whether it was cancelled: so it does not complete.
      await eventually(async () => fleet.proxy.requests.filter(isPart).length === 3, Boolean);
      expect(await fleet.keys('auditforge/exports/')).toEqual([]);
      fleet.redis.signal('SIGCONT');
      expect(await ended(first, 'eng-1', exportId)).toMatchObject({ state: 'ready' });
      await expectOne('eng-1', exportId);
    });

    it('in the middle: those that are done are handed over as before', async () => {
      await fleet.seed('eng-1', { '1.jsonl': events(3) });
      const service = await fleet.instance();
      const exportId = await accepted(service, 'eng-1');
      await ended(service, 'eng-1', exportId);
      await fleet.redis.stop();
      await expectRefused(service);
      expect(await fleet.state(service, 'eng-1', exportId)).toMatchObject({ state: 'ready' });
      await fleet.redis.start();
      await expectBack(service);
      expect([told(service, 'auditforge_redis_away'), told(service, 'auditforge_redis_back')]).toEqual([
        1, 1,
      ]);
    });
  });
});
