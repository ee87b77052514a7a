import { randomInt } from 'node:crypto';
import { CommandError, newCommand } from '../../src/command-line.js';

export interface FaultsOptions {
  seed: number;
  atOnce: number;
  /** Numbers of the runs, from 0. */
  runs: { first: number; count: number };
  /** Tell every request. */
  details: boolean;
}

interface Given {
  runs?: string;
  seed?: string;
  atOnce?: string;
  only?: string;
}

/** @throws CommandError */
export function parseFaultsOptions(args: readonly string[]): FaultsOptions {
  const given = newCommand('npm run test:faults --')
    .description(
      'Runs random exports against a store with random faults, and checks that each is either right or loud.',
    )
    .option('--runs <n>', 'how many exports (1000)')
    .option(
      '--seed <n>',
      'what everything random comes from: the same seed gives the same runs (a random one)',
    )
    .option('--at-once <n>', 'exports under way at the same time (8)')
    .option('--only <n>', 'replays the run of this number alone, and tells every request of it')
    .parse(args, { from: 'user' })
    .opts<Given>();
  const only = numberOf('--only', given.only, 0, 100_000_000);
  return {
    seed: numberOf('--seed', given.seed, 0, 4_294_967_295) ?? randomInt(1_000_000),
    atOnce: numberOf('--at-once', given.atOnce, 1, 24) ?? 8,
    runs: {
      first: only ?? 0,
      count: only === undefined ? (numberOf('--runs', given.runs, 1, 100_000_000) ?? 1000) : 1,
    },
    details: only !== undefined,
  };
}

function numberOf(option: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new CommandError(`${option} ${text} must be a whole number from ${min} to ${max}.`);
}
