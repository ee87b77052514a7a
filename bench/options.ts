import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, newCommand } from '../src/command-line.js';
import { isNamed, VARIANTS } from './variants/variant.js';
import { FULL, SMOKE } from './workloads/workload.js';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const SCENARIOS = ['A', 'B', 'C', 'D'];

export interface BenchOptions {
  /** Empty: the default. */
  stores: string[];
  runs: number;
  scenarios: ReadonlySet<string>;
  /** Empty: all. */
  workloads: readonly string[];
  variants: readonly string[];
  service: string;
  out: string | undefined;
  delayMs: number;
  smoke: boolean;
  cpuProf: string | undefined;
}

interface Given {
  store?: string[];
  runs?: string;
  only?: string[];
  workload?: string[];
  variant?: string[];
  service?: string;
  out?: string;
  delayMs?: string;
  smoke: boolean;
  cpuProf?: string;
}

/** @throws CommandError */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const given = readOptions(args);
  const { smoke, store: stores = [], workload: workloads = [], variant: variants = [] } = given;
  const only = (given.only ?? []).map((name) => name.toUpperCase());
  const named = (smoke ? SMOKE : FULL).compared.map(({ name }) => name);
  const service = resolve(given.service ?? `${PROJECT}dist/main.js`);
  requireKnown('--only', only, SCENARIOS);
  requireKnown('--workload', workloads, named);
  for (const name of variants) {
    if (!VARIANTS.some((variant) => isNamed(variant, name)))
      requireKnown('--variant', [name], namesOfVariants());
  }
  for (const name of stores) requireStore(name);
  if (!existsSync(service)) throw new CommandError(`--service ${service} is not there.`);
  const out = given.out ?? (smoke ? undefined : `${PROJECT}bench/results.md`);
  return {
    stores,
    runs: numberOf('--runs', given.runs, 1, 100) ?? (smoke ? 1 : 5),
    // Workloads are chosen of A and B alone: the other scenarios have their own.
    scenarios: new Set(only.length > 0 ? only : workloads.length > 0 ? ['A', 'B'] : SCENARIOS),
    workloads,
    variants,
    service,
    out: out === undefined ? undefined : resolve(out),
    delayMs: numberOf('--delay-ms', given.delayMs, 0, 10_000) ?? 25,
    smoke,
    cpuProf: given.cpuProf === undefined ? undefined : resolve(given.cpuProf),
  };
}

function readOptions(args: readonly string[]): Given {
  const workloads = FULL.compared.map(({ name }) => name).join(', ');
  return newCommand('npm run bench --')
    .description(
      'Measures the export beside other ways to do it, on the same store at the same time. Linux only.',
    )
    .option(
      '--store <name...>',
      'ceph, embedded, or http://… of another one with AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY ' +
        '(Ceph where it answers, else embedded)',
    )
    .option('--runs <n>', 'timed runs of each variant (5)')
    .option('--only <scenario...>', 'A direct, B delayed, C many at once, D beside a large one (all)')
    .option('--workload <name...>', `of A and B: ${workloads} (all)`)
    .option('--variant <name...>', 'ours, limit, usual, original, or one in full, as ours-stream-json (all)')
    .option('--service <path>', 'main.js of the build to measure (dist/main.js)')
    .option('--out <file>', 'where the results go (bench/results.md)')
    .option('--delay-ms <n>', 'added to each request in scenario B (25)')
    .option('--smoke', 'every path on tiny workloads, once; writes no results unless --out is given', false)
    .option('--cpu-prof <dir>', 'keeps CPU profiles of the service there')
    .parse(args, { from: 'user' })
    .opts<Given>();
}

function namesOfVariants(): string[] {
  return VARIANTS.map(({ name }) => name);
}

function requireKnown(option: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new CommandError(`${option} ${unknown} is not known: choose of ${known.join(', ')}.`);
  }
}

function requireStore(name: string): void {
  if (name === 'ceph' || name === 'embedded') return;
  if (!URL.canParse(name) || new URL(name).protocol !== 'http:') {
    throw new CommandError(`--store ${name} is not known: ceph, embedded, or an address with http://.`);
  }
}

function numberOf(option: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new CommandError(`${option} ${text} must be a whole number from ${min} to ${max}.`);
}
