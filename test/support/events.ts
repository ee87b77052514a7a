/** One event of the platform's shape, different for each number. */
export function event(number: number, padding = 0): string {
  return JSON.stringify({
    event: 'llm_call',
    model: 'claude-sonnet-4-6',
    input_tokens: 1000 + number,
    metadata: { step: `step-${number}`, note: 'prüfung ✓ 🎯', excerpt: 'x'.repeat(padding) },
    ts: new Date(Date.UTC(2026, 4, 8) + number * 1000).toISOString(),
  });
}

/** `count` events as lines, the last one ended too. */
export function events(count: number, from = 0, padding = 0): string {
  return Array.from({ length: count }, (_, at) => `${event(from + at, padding)}\n`).join('');
}

/** What `format=json` makes of a log of lines. */
export function asJsonArray(jsonl: string): string {
  const lines = jsonl.split('\n').slice(0, -1);
  return `[${lines.join(',\n')}]\n`;
}
