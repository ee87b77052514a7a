import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import type { Engagement } from '../../src/audit-forge/engagements/engagement.js';
import { EngagementStore } from '../../src/audit-forge/engagements/engagement-store.js';
import { referenceLog, sha256Of, type Format } from '../faults/log/reference-log.js';
import { send } from '../support/http-client.js';
import { showAnswer } from './check/answer-rules.js';
import { must } from './check/must.js';
import { FuzzedService, type CheckedAnswer } from './fuzzed-service.js';
import { plainGet } from './inputs/plain-get.js';
import { objects, type FuzzedObject } from './inputs/shards.js';
import { fuzz, runs } from './run/budget.js';
import { valuesOf } from './wire/answer.js';

const CORRUPT = '502 corrupt_shard';
const REQUESTS_EACH = 4;

/** Knows every engagement, so that each run has one of its own without a record. */
const anyEngagement = {
  provide: EngagementStore,
  useValue: {
    find: async (id: string): Promise<Engagement> => ({
      id,
      name: 'A client',
      status: 'active',
      source_bucket: null,
      source_region: null,
      created_at: '2026-05-01T09:00:00Z',
    }),
  },
};

describe('shards of all kinds', () => {
  let fuzzed: FuzzedService;
  beforeAll(async () => {
    fuzzed = await FuzzedService.start('shards', { bindings: [anyEngagement] });
  });
  afterAll(() => fuzzed.close());

  it('become the log that the reference makes of them, or none', async () => {
    const budget = runs('shards', REQUESTS_EACH);
    let done = 0;
    await fuzz(objects, budget, async (made) => {
      const id = `eng-${++done}`;
      fuzzed.storeMaySpeak();
      for (const { name, stored, encoding } of made)
        await fuzzed.service.putShard(
          id,
          name,
          stored,
          encoding === undefined ? {} : { ContentEncoding: encoding },
        );
      for (const format of ['jsonl', 'json'] as const) {
        await stream(id, made, format);
        await link(id, made, format);
      }
      if (done === Math.ceil(budget.numRuns / 4)) fuzzed.memory.startHere();
    });
    fuzzed.memory.expectNoGrowth();
  });

  async function stream(id: string, made: FuzzedObject[], format: Format): Promise<void> {
    const target = `/auditforge/engagement/${id}/audit-log?format=${format}`;
    const coding = format === 'json' ? [['Accept-Encoding', 'gzip'] as const] : [];
    const answer = await fuzzed.askOne(plainGet(target, 'GET', coding), { mayBeCut: true });
    if (failsRightly(answer, made)) return;
    const body = valuesOf(answer, 'content-encoding').includes('gzip')
      ? gunzipSync(answer.body)
      : answer.body;
    const { bytes } = referenceOf(made, format);
    must(body.equals(bytes), () => `This is not ${JSON.stringify(bytes.toString())}: ${showAnswer(answer)}`);
  }

  async function link(id: string, made: FuzzedObject[], format: Format): Promise<void> {
    const target = `/auditforge/engagement/${id}/audit-log?delivery=signed_url&format=${format}`;
    const answer = await fuzzed.askOne(plainGet(target));
    if (failsRightly(answer, made)) return;
    const { bytes, events, shards } = referenceOf(made, format);
    const said = JSON.parse(answer.body.toString()) as Record<string, unknown>;
    const isEmpty = events === 0;
    must(
      said['empty'] === isEmpty &&
        said['event_count'] === events &&
        said['shard_count'] === (isEmpty ? 0 : shards) &&
        said['sha256'] === (isEmpty ? null : sha256Of(bytes)),
      () => `These are ${events} events of ${shards} shards: ${showAnswer(answer)}`,
    );
    if (isEmpty) return;
    const { body } = await send(said['signed_url'] as string);
    must(body.equals(bytes), () => `Behind the link is another log: ${JSON.stringify(body.toString())}`);
  }
});

function referenceOf(made: FuzzedObject[], format: Format) {
  return referenceLog(
    made.filter(({ isShard }) => isShard),
    format,
  );
}

/** Whether it failed, as it had to. A stream may have begun by then. */
function failsRightly(answer: CheckedAnswer, made: FuzzedObject[]): boolean {
  const fails = answer.cut || answer.kind === CORRUPT;
  const { isCorrupt } = referenceOf(made, 'jsonl');
  const isUnsure = made.some((object) => object.isUnsure);
  must(fails || answer.kind === '200', () => `This is no answer to it: ${showAnswer(answer)}`);
  must(!fails || isCorrupt || isUnsure, () => `This log is whole: ${showAnswer(answer)}`);
  must(fails || !isCorrupt, () => `This log is corrupt: ${showAnswer(answer)}`);
  return fails;
}
