import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { events } from '../support/events.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';
import { must } from './check/must.js';
import { FuzzedService } from './fuzzed-service.js';
import { rawBytes, smuggling, SMUGGLED_ID, WHOLE } from './inputs/raw-bytes.js';
import { fuzz, runs } from './run/budget.js';
import { showAnswer } from './check/answer-rules.js';
import { valuesOf } from './wire/answer.js';

/** What bytes may be answered with that are a request nearly, by chance or not at all. */
const KINDS = new Set([
  '200',
  '204',
  '400 malformed_request',
  '401 authentication_required',
  '404 not_found',
  '404 engagement_not_found',
  '405 method_not_allowed',
  '422 invalid_parameters',
  '431 headers_too_large',
  '505 http_version_not_supported',
]);
const ONLY_LINE_ENDS = /^[\r\n]*$/;
const END_OF_HEAD = /\r?\n\r?\n/;

describe('bytes that are no request', () => {
  let fuzzed: FuzzedService;
  beforeAll(async () => {
    fuzzed = await FuzzedService.start('raw bytes');
    await fuzzed.service.seed('eng-1', { '1.jsonl': events(2) });
  });
  afterAll(() => fuzzed.close());

  async function answersTo(text: string, mayAskStore = true) {
    const isHead = text.trimStart().startsWith('HEAD');
    const bytes = Buffer.from(text, 'latin1');
    const answers = await fuzzed.askRaw(bytes, (answer) => (isHead && answer === 0 ? 'HEAD' : 'GET'), {
      mayAskStore,
    });
    // While a request waits for the rest of its body, a broken rest may end the connection.
    const mayEnd =
      ONLY_LINE_ENDS.test(text) || (END_OF_HEAD.test(text.trimStart()) && !text.startsWith(WHOLE));
    must(answers.length > 0 || mayEnd, () => 'There was no answer.');
    for (const answer of answers) {
      const isKnown = KINDS.has(answer.kind) || (isHead && answer.body.length === 0);
      must(isKnown, () => `This is no answer to it: ${showAnswer(answer)}`);
      must(!answer.cut, () => `An answer was cut: ${showAnswer(answer)}`);
    }
    return answers;
  }

  it('are refused with a problem document, and nobody without a credential makes the store work', async () => {
    const budget = runs('raw bytes', 2);
    let done = 0;
    await fuzz(rawBytes, budget, async (text) => {
      await answersTo(text.replaceAll(ADMIN_TOKEN, 'x'), false);
      if (++done === Math.ceil(budget.numRuns / 4)) fuzzed.memory.startHere();
    });
    fuzzed.memory.expectNoGrowth();
  });

  it('are refused with a credential too, or answered', async () => {
    await fuzz(rawBytes, runs('raw bytes', 4), async (text) => void (await answersTo(text)));
  });

  it('bring no second request where the end of the first can be seen in two ways', async () => {
    await fuzz(smuggling, runs('raw bytes', 4), async (text) => {
      for (const answer of await answersTo(text)) {
        const [id] = valuesOf(answer, 'x-request-id');
        must(id !== SMUGGLED_ID, () => `The second request was answered: ${showAnswer(answer)}`);
      }
    });
  });
});
