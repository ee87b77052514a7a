import { createHash, type Hash } from 'node:crypto';
import { LOG_FORMATS, type LogFormat } from '../../src/audit-forge/encoders/formats.js';
import { asJsonArray, event, events } from '../support/events.js';

/** About 2 KB an event. */
const PADDING = 1_800;
/** Shards on their way to the store at once: enough to keep it busy, and all that is held of the log. */
const PUTS_AT_ONCE = 6;

export interface LogPlan {
  shardCount: number;
  /** At least so many bytes in each. */
  shardBytes: number;
}

/** What every delivery of the log must be. */
export interface LogFacts {
  eventCount: number;
  bytes: Record<LogFormat, { sha256: string; size: number }>;
}

/** Puts a log shard by shard, the same for the same plan, and says what it must come back as. */
export async function putLargeLog(
  plan: LogPlan,
  put: (name: string, body: string) => Promise<void>,
): Promise<LogFacts> {
  const facts = new FactsOfShards();
  const shards = makeShards(plan, facts);
  // All take from the one generator: shards are made, and hashed, in order.
  const worker = async () => {
    for (const [name, body] of shards) await put(name, body);
  };
  await Promise.all(Array.from({ length: PUTS_AT_ONCE }, worker));
  return facts.end();
}

function* makeShards({ shardCount, shardBytes }: LogPlan, facts: FactsOfShards): Generator<[string, string]> {
  const eventsEach = Math.ceil(shardBytes / Buffer.byteLength(event(0, PADDING)));
  for (let at = 0; at < shardCount; at++) {
    const body = events(eventsEach, at * eventsEach, PADDING);
    facts.add(body, eventsEach);
    yield [`part-${String(at).padStart(5, '0')}.jsonl`, body];
  }
}

class FactsOfShards {
  private readonly hashes = new Map(LOG_FORMATS.map((format) => [format, new CountingHash()]));
  private eventCount = 0;

  add(shard: string, eventCount: number): void {
    this.hashes.get('jsonl')!.update(shard);
    // `[…]` and its newline are of the whole array, not of this piece.
    const piece = asJsonArray(shard).slice(1, -2);
    this.hashes.get('json')!.update(`${this.eventCount === 0 ? '[' : ',\n'}${piece}`);
    this.eventCount += eventCount;
  }

  end(): LogFacts {
    this.hashes.get('json')!.update(']\n');
    const { jsonl, json } = Object.fromEntries(this.hashes) as Record<LogFormat, CountingHash>;
    return { eventCount: this.eventCount, bytes: { jsonl: jsonl.end(), json: json.end() } };
  }
}

/** SHA-256 and length of what passes. */
export class CountingHash {
  private readonly hash: Hash = createHash('sha256');
  private size = 0;

  update(bytes: string | Buffer): void {
    this.hash.update(bytes);
    this.size += Buffer.byteLength(bytes);
  }

  end(): { sha256: string; size: number } {
    return { sha256: this.hash.digest('hex'), size: this.size };
  }
}
