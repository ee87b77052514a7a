import { Random } from './random.js';
import { sampleEvent } from './sample-event.js';

/** An engagement to try the service with. Its log is made from its id alone: the same bytes everywhere. */
export interface SampleEngagement {
  id: string;
  name: string;
  /** ISO 8601, whole seconds; the first model call comes within minutes of it. */
  createdAt: string;
  shards: number;
  events: number;
}

export interface SampleShard {
  name: string;
  body: Buffer;
}

/** To be raised with every change of what is made: a demo that is kept then makes its samples again. */
export const SAMPLES_VERSION = 1;

export const SAMPLES: readonly SampleEngagement[] = [
  {
    id: 'eng-abc123',
    name: 'Nordhafen Logistik GmbH, annual audit 2025',
    createdAt: '2026-05-04T07:30:00Z',
    shards: 12,
    events: 1_842,
  },
  {
    id: 'eng-empty',
    name: 'Pinecrest Foods Inc., not begun',
    createdAt: '2026-05-06T09:00:00Z',
    shards: 0,
    events: 0,
  },
  {
    id: 'eng-large',
    name: 'Arclight Components Ltd, group audit 2025',
    createdAt: '2026-02-02T08:00:00Z',
    shards: 1_000,
    events: 38_700,
  },
];

/** The shards one after the other, so that a large log is never held whole. */
export function* sampleShards({ id, createdAt, shards, events }: SampleEngagement): Generator<SampleShard> {
  const random = new Random(id);
  let time = Date.parse(createdAt);
  let next = 0;
  for (let shard = 1; shard <= shards; shard++) {
    const end = shard === shards ? events : Math.floor((shard * events) / shards) + random.int(-9, 9);
    const lines: string[] = [];
    let firstTime: number | undefined;
    for (; next < end; next++) {
      time += random.int(1_200, 240_000);
      firstTime ??= time;
      const event = sampleEvent(random, { engagement: id, progress: next / events, time });
      lines.push(`${JSON.stringify(event)}\n`);
    }
    yield { name: shardName(firstTime ?? time, shard), body: Buffer.from(lines.join('')) };
  }
}

/** Ascends with time, as the platform's own names do: `20260508T201042Z-00017.jsonl`. */
function shardName(time: number, shard: number): string {
  const stamp = new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${stamp}-${String(shard).padStart(5, '0')}.jsonl`;
}
