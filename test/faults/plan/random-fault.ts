import type { Random } from '../../../src/demo/random.js';
import type { Fault } from '../../support/faults/fault.js';
import type { RequestIdentity } from './request-identity.js';

/** Where a fault is to be. */
export interface FaultSite {
  what: RequestIdentity['what'];
  operation: string;
  isRange: boolean;
  /** The store gives a checksum, or an etag that is one, of what is read. */
  isVerifiable: boolean;
  /** About how long the body is. */
  bytes: number;
}

/** Refusals that the next try may not meet. */
export const RETRYABLE = [
  { status: 503, code: 'SlowDown' },
  { status: 503, code: 'ServiceUnavailable' },
  { status: 500, code: 'InternalError' },
  { status: 429, code: 'TooManyRequests' },
] as const;

type Chance = [weight: number, make: (random: Random, site: FaultSite) => Fault];

const STATUS: Chance = [30, (random) => ({ kind: 'status', ...random.pick(RETRYABLE) })];
const DENIED: Chance = [2, () => ({ kind: 'status', status: 403, code: 'AccessDenied' })];
const DELAY: Chance = [10, (random) => ({ kind: 'delay', ms: random.int(1, 120) })];

const READING: Chance[] = [
  STATUS,
  DENIED,
  DELAY,
  [12, (random, { bytes }) => ({ kind: 'reset', after: random.int(0, bytes) })],
  [12, (random, { bytes }) => ({ kind: 'short', after: random.int(0, bytes) })],
  // Each costs the time after which a read counts as stalled.
  [2, (random, { bytes }) => ({ kind: 'stall', after: random.int(0, bytes) })],
  [
    6,
    (random, { bytes }) => ({ kind: 'slow', bytes: Math.ceil((bytes + 1) / 20), everyMs: random.int(1, 8) }),
  ],
];

const OTHER_ETAG: Chance = [4, () => ({ kind: 'headers', headers: { etag: `"${'0'.repeat(32)}"` } })];
const OTHER_RANGE: Chance = [
  4,
  (random) => ({ kind: 'headers', headers: { 'content-range': `bytes ${random.int(0, 9)}-9/10` } }),
];
const IGNORED_RANGE: Chance = [20, () => ({ kind: 'ignored range' })];
/**
 * Only of shards that can be checked. Nothing tells a listing or a record with a flipped bit from another
 * one (S3 gives no checksum of them), nor a shard of which the store knows none.
 */
const FLIP: Chance = [
  8,
  (random, { bytes }) => ({ kind: 'flip', at: random.int(0, Math.max(0, bytes - 1)) }),
];

const DONE: Chance = [15, (random) => ({ kind: 'status', ...random.pick(RETRYABLE), done: true })];
const LOST: Chance = [15, () => ({ kind: 'lost answer' })];
const CUT: Chance = [15, (random, { bytes }) => ({ kind: 'cut request', after: random.int(0, bytes) })];
/** The store holds what it is sent to its checksum. */
const FLIP_REQUEST: Chance = [
  15,
  (random, { bytes }) => ({ kind: 'flip request', at: random.int(0, Math.max(0, bytes - 1)) }),
];
const ERROR_BODY: Chance = [
  60,
  (random) => ({
    kind: 'error body',
    code: random.pick(['InternalError', 'SlowDown']),
    done: random.percent(50),
  }),
];

/** Which faults each operation can have. */
function chances({ what, operation, isRange, isVerifiable }: FaultSite): Chance[] {
  switch (operation) {
    case 'GetObject':
      if (what !== 'shard') return READING;
      return [
        ...READING,
        OTHER_ETAG,
        ...(isVerifiable ? [FLIP] : []),
        ...(isRange ? [OTHER_RANGE, IGNORED_RANGE] : []),
      ];
    case 'ListObjectsV2':
      return READING;
    case 'HeadObject':
      return [STATUS, DENIED, DELAY];
    case 'PutObject':
    case 'UploadPart':
      return [STATUS, DENIED, DELAY, DONE, LOST, CUT, FLIP_REQUEST];
    case 'CreateMultipartUpload':
      return [STATUS, DENIED, DELAY, DONE, LOST];
    case 'CompleteMultipartUpload':
      return [STATUS, DENIED, DELAY, DONE, LOST, ERROR_BODY];
    case 'AbortMultipartUpload':
      return [STATUS, DELAY, DONE, LOST];
    default:
      return [STATUS, DELAY];
  }
}

export function randomFault(random: Random, site: FaultSite): Fault {
  const possible = chances(site);
  let left = random.int(
    1,
    possible.reduce((sum, [weight]) => sum + weight, 0),
  );
  for (const [weight, make] of possible) {
    left -= weight;
    if (left <= 0) return make(random, site);
  }
  throw new Error('The weights do not add up.');
}

/** One that no other try gets over: the store means what it says, or its bytes cannot be relied on. */
export function isFatal(fault: Fault): boolean {
  if (fault.kind === 'status') return fault.status === 403;
  return fault.kind === 'flip' || fault.kind === 'headers' || fault.kind === 'ignored range';
}

/** As the table of a campaign calls it. */
export function nameOf(fault: Fault): string {
  if (fault.kind === 'status') return `${fault.status}${fault.done === true ? ' although done' : ''}`;
  if (fault.kind === 'error body') return `error body${fault.done === true ? ' although done' : ''}`;
  if (fault.kind === 'headers') return `other ${Object.keys(fault.headers).join()}`;
  return fault.kind;
}
