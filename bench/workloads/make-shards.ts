import { Random } from '../../src/demo/random.js';
import { sampleEvent } from '../../src/demo/sample-event.js';
import type { Workload } from './workload.js';

export interface MadeShard {
  name: string;
  body: Buffer;
  events: number;
}

/** Made once, then taken over and over: making each event anew would take minutes for all the gigabytes. */
const POOL_EVENTS = 512;
const POOL = pool();

/** The shards of a workload, one after the other: the same bytes each time, every shard another. */
export function* makeShards(workload: Workload): Generator<MadeShard> {
  for (let index = 0; index < workload.shards; index++) {
    const random = new Random(`${workload.name} ${index}`);
    const name = `20260508T130000Z-${String(index).padStart(5, '0')}.jsonl`;
    yield { name, ...shard(random, workload, index) };
  }
}

function shard(random: Random, { name, shardBytes }: Workload, index: number) {
  const first = Buffer.from(`${JSON.stringify({ event: 'shard_opened', workload: name, shard: index })}\n`);
  const lines: Buffer[] = [first];
  let size = first.length;
  for (;;) {
    const line = random.pick(POOL);
    if (size + line.length > shardBytes) break;
    lines.push(line);
    size += line.length;
  }
  return { body: Buffer.concat(lines, size), events: lines.length };
}

/** Lines of 0.3 to 3 KB: the events of the demo, most of them with shorter excerpts. */
function pool(): Buffer[] {
  const random = new Random('bench');
  return Array.from({ length: POOL_EVENTS }, (_, index) => {
    const place = {
      engagement: 'bench',
      progress: index / POOL_EVENTS,
      time: 1_778_245_200_000 + index * 60_000,
    };
    const event = sampleEvent(random, place) as { metadata: Record<string, string> };
    const share = random.int(0, 100) / 100;
    for (const part of ['prompt_excerpt', 'answer_excerpt']) {
      const text = event.metadata[part] ?? '';
      event.metadata[part] = text.slice(0, Math.floor(text.length * share));
    }
    return Buffer.from(`${JSON.stringify(event)}\n`);
  });
}
