import { answerExcerpt, promptExcerpt } from './excerpts.js';
import type { Random } from './random.js';

/** Prices in cents for a million tokens, as whole numbers. */
const MODELS = [
  { model: 'claude-sonnet-4-6', provider: 'anthropic', input: 300, output: 1500 },
  { model: 'claude-opus-4-6', provider: 'anthropic', input: 500, output: 2500 },
  { model: 'claude-haiku-4-5', provider: 'anthropic', input: 100, output: 500 },
  { model: 'claude-sonnet-4-6', provider: 'bedrock', input: 300, output: 1500 },
] as const;

type Model = (typeof MODELS)[number];

/** The stages of an audit in their order, and what is done in each. */
const STAGES = [
  { stage: 'intake', steps: ['document_classification', 'entity_resolution'] },
  { stage: 'plan', steps: ['question_decomposition', 'evidence_request_draft'] },
  {
    stage: 'investigate',
    steps: ['primitive_currency_check', 'ledger_tie_out', 'revenue_cutoff_test', 'journal_entry_screen'],
  },
  { stage: 'corroborate', steps: ['confirmation_review', 'contract_term_extraction'] },
  { stage: 'conclude', steps: ['finding_synthesis', 'materiality_assessment'] },
  { stage: 'report', steps: ['workpaper_draft', 'reviewer_note_response'] },
] as const;

export interface EventPlace {
  engagement: string;
  /** How far the audit is, from 0 up to, but not including, 1. */
  progress: number;
  /** Milliseconds since 1970. */
  time: number;
}

/** One model call as the platform writes it, about 2.6 KB. */
export function sampleEvent(random: Random, { engagement, progress, time }: EventPlace): object {
  const { stage, steps } = STAGES[Math.floor(progress * STAGES.length)]!;
  const { model, provider, ...price }: Model = random.pick(MODELS);
  const inputTokens = random.int(600, 9_500);
  const outputTokens = random.int(90, 2_400);
  const downshifted = model !== 'claude-opus-4-6' && random.percent(6);
  return {
    event: 'llm_call',
    model,
    provider,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cost_cents: Math.ceil((inputTokens * price.input + outputTokens * price.output) / 10_000) / 100,
    latency_ms: 350 + outputTokens * random.int(5, 9) + random.int(0, 400),
    downshifted_from: downshifted ? 'claude-opus-4-6' : null,
    budget_utilization: Math.floor(progress * 93 + 2) / 100,
    metadata: {
      engagement_id: engagement,
      stage,
      step: random.pick<string>(steps),
      question_id: `q-${1 + Math.floor(progress * 42) + random.int(0, 5)}`,
      prompt_excerpt: promptExcerpt(random, random.int(900, 1_200)),
      answer_excerpt: answerExcerpt(random, random.int(900, 1_200)),
    },
    ts: new Date(time).toISOString(),
  };
}
