import { Random } from '../../../src/demo/random.js';
import type { Fault, StoreRequest } from '../../support/faults/fault.js';
import type { LogShard } from '../log/log-shard.js';
import { randomFault, RETRYABLE, type FaultSite } from './random-fault.js';
import { textOf, type RequestIdentity } from './request-identity.js';

/** How much goes wrong, and in how many of a hundred runs. */
export const INTENSITIES = [
  ['none', 35],
  ['light', 45],
  /** Every other call is refused. */
  ['heavy', 12],
  /** Most bodies are cut somewhere. */
  ['cuts', 8],
] as const;

export type Intensity = (typeof INTENSITIES)[number][0];

/**
 * The faults of one run. What happens to a request comes from what it is about and how often that was asked
 * before, not from when it arrives: reads side by side come in another order each time.
 */
export class FaultPlan {
  private readonly times = new Map<string, number>();
  private readonly shards: ReadonlyMap<string, LogShard>;

  constructor(
    private readonly seed: string,
    private readonly intensity: Intensity,
    shards: readonly LogShard[],
  ) {
    this.shards = new Map(shards.map((shard) => [shard.name, shard]));
  }

  /** The most often that any one thing was asked for. */
  get mostTries(): number {
    return Math.max(0, ...this.times.values());
  }

  faultFor(identity: RequestIdentity, { headers }: Pick<StoreRequest, 'headers'>): Fault | undefined {
    const text = textOf(identity);
    const times = this.times.get(text) ?? 0;
    this.times.set(text, times + 1);
    const random = new Random(`${this.seed}:${text}:${times}`);
    // The first numbers of seeds that differ in their last digit alone are not far apart.
    random.int(0, 1);
    return this.fault(random, this.siteOf(identity, headers));
  }

  private fault(random: Random, site: FaultSite): Fault | undefined {
    if (this.intensity === 'none') return undefined;
    if (this.intensity === 'light') {
      return random.percent(lightChance(site)) ? randomFault(random, site) : undefined;
    }
    if (this.intensity === 'heavy') {
      if (random.percent(50)) return { kind: 'status', ...random.pick(RETRYABLE) };
      return random.percent(4) ? randomFault(random, site) : undefined;
    }
    if (site.operation !== 'GetObject' || !random.percent(60)) return undefined;
    return { kind: random.pick(['reset', 'short'] as const), after: random.int(0, site.bytes) };
  }

  private siteOf({ what, operation, name }: RequestIdentity, headers: StoreRequest['headers']): FaultSite {
    const shard = this.shards.get(name);
    const range = /^bytes=(\d+)-(\d+)$/.exec(String(headers['range'] ?? ''));
    return {
      what,
      operation,
      isRange: range !== null,
      isVerifiable: shard !== undefined && shard.checksum !== 'none',
      bytes: bytesOf(what, operation, headers, range, shard),
    };
  }
}

/** Writes and ranges are few beside the reads of whole shards, and have faults of their own. */
function lightChance({ what, operation, isRange }: FaultSite): number {
  return isRange || (what === 'export' && operation !== 'HeadObject') ? 30 : 8;
}

/** About how many bytes the body has in which a fault may lie. */
function bytesOf(
  what: RequestIdentity['what'],
  operation: string,
  headers: StoreRequest['headers'],
  range: RegExpExecArray | null,
  shard: LogShard | undefined,
): number {
  if (operation.startsWith('Put') || operation === 'UploadPart')
    return Number(headers['content-length'] ?? 0);
  if (range !== null) return Number(range[2]) - Number(range[1]) + 1;
  if (shard !== undefined) return shard.stored.length;
  return what === 'listing' ? 4_000 : 200;
}
