import fc from 'fast-check';

const DEFAULT_REQUESTS = 20_000;

/** Of all requests of a run, in parts of a hundred. Those that write to the store cost more. */
const SHARE = { requests: 54, pipelines: 8, 'raw bytes': 16, records: 14, shards: 8 };

/** How often a property runs, each time with at least `requestsEach` requests. */
export function runs(theme: keyof typeof SHARE, requestsEach: number): { numRuns: number; seed: number } {
  const all = Number(process.env['TEST_FUZZ_REQUESTS'] || DEFAULT_REQUESTS);
  if (!Number.isInteger(all) || all < 1) throw new Error('TEST_FUZZ_REQUESTS must be a whole number from 1.');
  return { numRuns: Math.ceil((all * SHARE[theme]) / 100 / requestsEach), seed: seed() };
}

function seed(): number {
  const given = Number(process.env['TEST_FUZZ_SEED']);
  if (!Number.isInteger(given)) throw new Error('TEST_FUZZ_SEED must be a whole number.');
  return given;
}

/** Runs a property over inputs one after another. What fails is shown with its seed and made small. */
export async function fuzz<T>(
  inputs: fc.Arbitrary<T>,
  budget: { numRuns: number; seed: number },
  holds: (input: T) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(inputs.map(shownShort), holds), budget);
}

/** A counterexample as one can read it: what repeats itself is counted. */
function shownShort<T>(input: T): T {
  if (typeof input === 'object' && input !== null) {
    Object.defineProperty(input, fc.toStringMethod, {
      value: () => JSON.stringify(input, bytesAsText).replaceAll(/(.{1,40}?)\1{9,}/gs, repeated),
    });
  }
  return input;
}

function repeated(all: string, one: string): string {
  return `${one}…(${all.length / one.length} times)`;
}

function bytesAsText(_: string, value: unknown): unknown {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: number[] };
  return type === 'Buffer' && Array.isArray(data) ? Buffer.from(data).toString('latin1') : value;
}
