import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SAMPLES, sampleShards, type SampleShard } from './sample-engagements.js';

const shardsOf = (id: string): SampleShard[] => [
  ...sampleShards(SAMPLES.find((sample) => sample.id === id)!),
];

describe('sample engagements', () => {
  const shards = shardsOf('eng-abc123');
  const log = Buffer.concat(shards.map(({ body }) => body));
  const lines = log.toString().split('\n').slice(0, -1);
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  it('eng-abc123 has the same bytes at every run on every machine', () => {
    expect({
      shards: shards.length,
      events: lines.length,
      bytes: log.length,
      sha256: createHash('sha256').update(log).digest('hex'),
    }).toEqual({
      shards: 12,
      events: 1842,
      bytes: 4_796_023,
      sha256: 'e1352edc1015756de98ddee8a7b48c6d720037f3ee60a4dd4ce3aa22add1a82d',
    });
  });

  it('events are as the platform writes them', () => {
    for (const event of events) {
      expect(event).toEqual({
        event: 'llm_call',
        model: expect.stringMatching(/^claude-/),
        provider: expect.any(String),
        input_tokens: expect.any(Number),
        output_tokens: expect.any(Number),
        cost_cents: expect.any(Number),
        latency_ms: expect.any(Number),
        downshifted_from: event['downshifted_from'] === null ? null : 'claude-opus-4-6',
        budget_utilization: expect.any(Number),
        metadata: expect.objectContaining({
          engagement_id: 'eng-abc123',
          stage: expect.any(String),
          step: expect.any(String),
          question_id: expect.stringMatching(/^q-\d+$/),
        }),
        ts: expect.stringMatching(/^2026-05-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      });
    }
  });

  it('times and shard names ascend', () => {
    const times = events.map(({ ts }) => ts as string);
    expect(times.toSorted()).toEqual(times);
    const names = shards.map(({ name }) => name);
    expect(names.toSorted()).toEqual(names);
    expect(new Set(names).size).toBe(12);
  });

  it('eng-empty has no shards', () => {
    expect(shardsOf('eng-empty')).toEqual([]);
  });

  it('eng-large comes shard by shard', () => {
    const large = sampleShards(SAMPLES.find(({ id }) => id === 'eng-large')!);
    expect(large.next().value?.name).toBe('20260202T080218Z-00001.jsonl');
  });
});
