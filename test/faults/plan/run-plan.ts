import { Random } from '../../../src/demo/random.js';
import type { LogShard } from '../log/log-shard.js';
import { randomLog } from '../log/random-log.js';
import type { Format } from '../log/reference-log.js';
import { INTENSITIES, type Intensity } from './fault-plan.js';
import { randomChange, type Change } from './change.js';

/** What the client does that is not just to read all. */
export type Manners =
  | { kind: 'reads all' }
  /** It waits after each piece. */
  | { kind: 'reads slowly'; pauseMs: number }
  /** It goes once it has so many bytes, as a share of the log. */
  | { kind: 'leaves at byte'; share: number }
  /** It goes when the service sends its so-manieth request to the store. */
  | { kind: 'leaves at request'; number: number };

/** Everything random about one run. The same seed and number give the same plan. */
export interface RunPlan {
  run: number;
  /** Seed of all that is decided while it runs. */
  seed: string;
  engagement: string;
  /** Its log lies in a bucket of its own, which keeps versions. */
  isVersioned: boolean;
  shards: LogShard[];
  change: Change | undefined;
  delivery: 'stream' | 'signed_url';
  format: Format;
  acceptsGzip: boolean;
  wantsTrailers: boolean;
  asksHeadFirst: boolean;
  /** Seconds. */
  expiresIn: number | undefined;
  manners: Manners;
  intensity: Intensity;
}

export function runPlan(campaign: number, run: number): RunPlan {
  const seed = `${campaign}:${run}`;
  const shards = randomLog(new Random(`${seed}:log`));
  const random = new Random(`${seed}:plan`);
  const delivery = random.pick(['stream', 'signed_url'] as const);
  return {
    run,
    seed,
    // Side by side with the runs whose numbers begin with its own.
    engagement: `run-${run}`,
    isVersioned: random.percent(15),
    shards,
    change: random.percent(5) ? randomChange(random, shards) : undefined,
    delivery,
    format: random.pick(['jsonl', 'json'] as const),
    acceptsGzip: random.percent(20),
    wantsTrailers: random.percent(30),
    asksHeadFirst: random.percent(10),
    expiresIn: random.percent(30) ? random.int(60, 3600) : undefined,
    manners: randomManners(random, delivery, shards.length),
    intensity: randomIntensity(random),
  };
}

function randomManners(random: Random, delivery: RunPlan['delivery'], shards: number): Manners {
  if (random.percent(3)) return { kind: 'reads slowly', pauseMs: random.int(5, 60) };
  if (!random.percent(5)) return { kind: 'reads all' };
  // The answer with a link is too short to leave within it.
  return delivery === 'signed_url' || random.percent(30)
    ? { kind: 'leaves at request', number: random.int(1, shards + 5) }
    : { kind: 'leaves at byte', share: random.int(0, 1000) / 1000 };
}

function randomIntensity(random: Random): Intensity {
  let left = random.int(1, 100);
  for (const [intensity, percent] of INTENSITIES) {
    left -= percent;
    if (left <= 0) return intensity;
  }
  return 'none';
}
