import { randomInt } from 'node:crypto';
import { CommandError, parseCommandLine } from '../../src/command-line.js';

export const FAULTS_HELP = `Runs random exports against a store with random faults, and checks that each is either right or loud.

  npm run test:faults [-- OPTIONS]

  --runs N      how many exports (1000)
  --seed N      what everything random comes from: the same seed gives the same runs (a random one)
  --at-once N   exports under way at the same time (8)
  --only N      replays the run of this number alone, and tells every request of it
  --help        this text
`;

export interface FaultsOptions {
  help: boolean;
  seed: number;
  atOnce: number;
  /** Numbers of the runs, from 0. */
  runs: { first: number; count: number };
  /** Tell every request. */
  details: boolean;
}

/** @throws CommandError */
export function parseFaultsOptions(args: string[]): FaultsOptions {
  const { values } = parseCommandLine({
    args,
    options: {
      runs: { type: 'string' },
      seed: { type: 'string' },
      'at-once': { type: 'string' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const only = numberOf('--only', values.only, 0, 100_000_000);
  return {
    help: values.help,
    seed: numberOf('--seed', values.seed, 0, 4_294_967_295) ?? randomInt(1_000_000),
    atOnce: numberOf('--at-once', values['at-once'], 1, 24) ?? 8,
    runs: {
      first: only ?? 0,
      count: only === undefined ? (numberOf('--runs', values.runs, 1, 100_000_000) ?? 1000) : 1,
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
