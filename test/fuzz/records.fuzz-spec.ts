import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { showAnswer } from './check/answer-rules.js';
import { must } from './check/must.js';
import { FuzzedService, type CheckedAnswer } from './fuzzed-service.js';
import { plainGet } from './inputs/plain-get.js';
import { RECORD_ID, recordBytes, type Buckets } from './inputs/records.js';
import { isBucket, recordVerdict, type RecordVerdict } from './oracle/record-verdict.js';
import { fuzz, runs } from './run/budget.js';

const KEY = `auditforge/engagements/${RECORD_ID}.json`;
const ADDRESS = `/auditforge/engagement/${RECORD_ID}`;
const INVALID = '502 invalid_engagement_record';
const NOT_ALLOWED = '502 source_bucket_not_allowed';
/** Of a bucket that may be asked. */
const STORE_REFUSALS = ['502 storage_misconfigured', '502 storage_access_denied'];
const ASKED = [
  plainGet(ADDRESS),
  plainGet(`${ADDRESS}/audit-log?format=json`),
  plainGet(`${ADDRESS}/audit-log?delivery=signed_url`),
  plainGet(`${ADDRESS}/audit-log`, 'HEAD'),
];

describe('records of all kinds', () => {
  let fuzzed: FuzzedService;
  let buckets: Buckets;
  beforeAll(async () => {
    fuzzed = await FuzzedService.start('records', {
      environment: { AUDITFORGE_SOURCE_BUCKETS: 'contract-2,absent-bucket' },
    });
    buckets = {
      shared: fuzzed.service.bucket,
      allowed: await fuzzed.store.makeBucket(),
      absent: 'absent-bucket',
      forbidden: await fuzzed.store.makeBucket(),
    };
    must(buckets.allowed === 'contract-2', () => `The list does not allow ${buckets.allowed}.`);
  });
  afterAll(() => fuzzed.close());

  it('are taken by the rules or refused, and no bucket is asked that is not allowed', async () => {
    const budget = runs('records', ASKED.length);
    let done = 0;
    await fuzz(recordBytes(buckets), budget, async (bytes) => {
      fuzzed.storeMaySpeak();
      await fuzzed.service.put(KEY, bytes);
      const verdict = recordVerdict(bytes, RECORD_ID);
      for (const asked of ASKED) {
        const answer = await fuzzed.askOne(asked);
        expectRight(answer, verdict, asked.target === ADDRESS || asked.method === 'HEAD');
        if (answer.kind === '200' && asked.target === ADDRESS) expectSixFields(answer);
        expectAllowedBuckets(answer, verdict);
      }
      if (++done === Math.ceil(budget.numRuns / 4)) fuzzed.memory.startHere();
    });
    fuzzed.memory.expectNoGrowth();
  });

  function expectRight(answer: CheckedAnswer, verdict: RecordVerdict, looksUpOnly: boolean): void {
    const expected = expectedKinds(verdict, looksUpOnly);
    const isRight = expected.some((kind) => kind === answer.kind || kind.slice(0, 3) === answer.kind);
    must(isRight, () => `This is not ${expected.join(' or ')}: ${showAnswer(answer)}`);
  }

  function expectedKinds(verdict: RecordVerdict, looksUpOnly: boolean): string[] {
    if (verdict.kind === 'invalid') return [INVALID];
    if (verdict.kind === 'unsure') return ['200', INVALID, NOT_ALLOWED, ...STORE_REFUSALS];
    const { bucket, isPlain } = verdict;
    const { shared, allowed, absent } = buckets;
    if (bucket !== null && ![shared, allowed, absent].includes(bucket)) return [NOT_ALLOWED];
    if (looksUpOnly) return ['200'];
    if (bucket === absent) return STORE_REFUSALS;
    // With a region or an owner that is not the bucket's, it is for the store to say.
    return isPlain || bucket === null ? ['200'] : ['200', ...STORE_REFUSALS];
  }

  function expectAllowedBuckets(answer: CheckedAnswer, verdict: RecordVerdict): void {
    const { shared, allowed, absent } = buckets;
    const asked = fuzzed.store.requests.map(({ bucket }) => bucket);
    const isRefused = answer.kind === INVALID || answer.kind === NOT_ALLOWED || verdict.kind === 'invalid';
    const may = isRefused ? [shared] : [shared, allowed, absent];
    must(
      asked.every((bucket) => may.includes(bucket)),
      () => `${asked.join()} was asked for ${answer.kind}.`,
    );
    if (isRefused) must(asked.length === 1, () => `${asked.length} requests were made for ${answer.kind}.`);
  }
});

function expectSixFields(answer: CheckedAnswer): void {
  const engagement = JSON.parse(answer.body.toString()) as Record<string, unknown>;
  const { id, name, status, source_bucket: bucket, source_region: region, created_at: at } = engagement;
  must(
    Object.keys(engagement).join() === 'id,name,status,source_bucket,source_region,created_at' &&
      id === RECORD_ID &&
      [name, status, at].every((text) => typeof text === 'string' && text !== '') &&
      (bucket === null || isBucket(bucket)) &&
      (region === null || typeof region === 'string'),
    () => `This is no engagement: ${showAnswer(answer)}`,
  );
}
