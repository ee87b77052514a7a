import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import fc from 'fast-check';
import { asJsonArray, events } from '../support/events.js';
import { must } from './check/must.js';
import { FuzzedService, type CheckedAnswer } from './fuzzed-service.js';
import { request } from './inputs/requests.js';
import { expectedKinds } from './oracle/expected-kinds.js';
import { fuzz, runs } from './run/budget.js';
import { showAnswer } from './check/answer-rules.js';
import { valuesOf } from './wire/answer.js';
import { headOf, valuesIn, type WireRequest } from './wire/request.js';

const IDS = ['eng-1', 'eng-empty', `E_2${'x'.repeat(125)}`];
const KNOWN: ReadonlySet<string> = new Set(IDS);
const LOG = events(3);
const BODIES = new Set(['', '[]\n', LOG, asJsonArray(LOG)]);

describe('requests of all kinds', () => {
  let fuzzed: FuzzedService;
  beforeAll(async () => {
    fuzzed = await FuzzedService.start('requests');
    for (const id of IDS) await fuzzed.service.putEngagement(id);
    await fuzzed.service.putShard('eng-1', '1.jsonl', events(2));
    await fuzzed.service.putShard('eng-1', '2.jsonl', events(1, 2));
  });
  afterAll(() => fuzzed.close());

  it('are answered as the contract says', async () => {
    const budget = runs('requests', 1);
    let done = 0;
    await fuzz(request(IDS), budget, async (asked) => {
      expectRight(asked, await fuzzed.askOne(asked));
      if (++done === Math.ceil(budget.numRuns / 4)) fuzzed.memory.startHere();
    });
    fuzzed.memory.expectNoGrowth();
  });

  it('are answered in their order where they come at once', async () => {
    const BATCH = 4;
    const one = request(IDS).filter(leavesConnectionOpen);
    await fuzz(
      fc.array(one, { minLength: BATCH, maxLength: 2 * BATCH }),
      runs('pipelines', BATCH * 1.5),
      async (batch) => {
        const named = batch.map((asked, at) => ({
          ...asked,
          headers: [...asked.headers.filter(([name]) => name.toLowerCase() !== 'x-request-id'), idHeader(at)],
        }));
        const answers = await fuzzed.ask(named);
        must(answers.length === batch.length, () => `${answers.length} of ${batch.length} were answered.`);
        for (const [at, answer] of answers.entries()) {
          expectRight(named[at]!, answer);
          const [id] = valuesOf(answer, 'x-request-id');
          must(id === idHeader(at)[1], () => `Answer ${at} is that of ${id}.`);
        }
      },
    );
  });
});

function idHeader(at: number): [string, string] {
  return ['X-Request-Id', `request-${at}`];
}

/** Whether an answer to it can be followed by others. */
function leavesConnectionOpen(asked: WireRequest): boolean {
  const expected = expectedKinds(asked, KNOWN);
  return (
    asked.version === '1.1' &&
    headOf(asked).length < 15_000 &&
    expected.length === 1 &&
    !expected[0]!.startsWith('400') &&
    asked.headers.every(([name]) => !/^(connection|expect|x-request-id|upgrade)$/i.test(name))
  );
}

function expectRight(asked: WireRequest, answer: CheckedAnswer): void {
  const expected = expectedKinds(asked, KNOWN);
  // HEAD has no body that would tell the code.
  const isRight = (kind: string) =>
    kind === answer.kind || (asked.method === 'HEAD' && kind.slice(0, 3) === answer.kind);
  must(expected.some(isRight), () => `This is not ${expected.join(' or ')}: ${showAnswer(answer)}`);
  expectRequestId(asked, answer);
  if (answer.kind === '200' && asked.method === 'GET') expectBody(asked, answer);
}

/** The id that came with a request, where it is one. What Node's parser refuses has none yet. */
function expectRequestId(asked: WireRequest, answer: CheckedAnswer): void {
  const given = valuesIn(asked, 'x-request-id');
  const isTaken = given.length === 1 && /^[A-Za-z0-9._-]{1,64}$/.test(given[0]!);
  if (answer.kind.startsWith('4') && /^4(00|31)/.test(answer.kind)) return;
  const [id = ''] = valuesOf(answer, 'x-request-id');
  must(
    isTaken ? id === given[0] : /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id),
    () => `This is another request id: ${showAnswer(answer)}`,
  );
}

function expectBody({ target }: WireRequest, answer: CheckedAnswer): void {
  if (!target.includes('/audit-log')) {
    const { id } = JSON.parse(answer.body.toString()) as { id: string };
    must(KNOWN.has(id), () => `This is another engagement: ${showAnswer(answer)}`);
    return;
  }
  const [coding] = valuesOf(answer, 'content-encoding');
  const body = coding === 'gzip' ? gunzipSync(answer.body) : answer.body;
  if (target.includes('signed_url')) JSON.parse(body.toString());
  else must(BODIES.has(body.toString()), () => `This is another log: ${showAnswer(answer)}`);
}
