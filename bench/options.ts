import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, parseCommandLine } from '../src/command-line.js';
import { isNamed, VARIANTS } from './variants/variant.js';
import { FULL, SMOKE } from './workloads/workload.js';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const SCENARIOS = ['A', 'B', 'C', 'D'];

export const BENCH_HELP = `Measures the export beside other ways to do it, on the same store at the same time. Linux only.

  npm run bench [-- OPTIONS]

  --store NAME      ceph, embedded, or http://… of another one with AWS_REGION, AWS_ACCESS_KEY_ID and
                    AWS_SECRET_ACCESS_KEY; may be repeated (Ceph where it answers, else embedded)
  --runs N          timed runs of each variant (5)
  --only SCENARIO   A direct, B delayed, C many at once, D beside a large one; may be repeated (all)
  --workload NAME   of A and B: ${FULL.compared.map(({ name }) => name).join(', ')}; may be repeated (all)
  --variant NAME    ours, limit, usual, original, or one of those in full, such as ours-stream-json;
                    may be repeated (all)
  --service PATH    main.js of the build to measure (dist/main.js)
  --out FILE        where the results go (bench/results.md)
  --delay-ms N      added to each request in scenario B (25)
  --smoke           every path on tiny workloads, once; writes no results unless --out is given
  --cpu-prof DIR    keeps CPU profiles of the service there
  --help            this text
`;

export interface BenchOptions {
  help: boolean;
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

/** @throws CommandError */
export function parseBenchOptions(args: string[]): BenchOptions {
  const { values } = parseCommandLine({
    args,
    options: {
      store: { type: 'string', multiple: true, default: [] },
      runs: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      workload: { type: 'string', multiple: true, default: [] },
      variant: { type: 'string', multiple: true, default: [] },
      service: { type: 'string' },
      out: { type: 'string' },
      'delay-ms': { type: 'string' },
      smoke: { type: 'boolean', default: false },
      'cpu-prof': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { smoke, workload: workloads, variant: variants } = values;
  const only = values.only.map((name) => name.toUpperCase());
  const named = (smoke ? SMOKE : FULL).compared.map(({ name }) => name);
  const service = resolve(values.service ?? `${PROJECT}dist/main.js`);
  requireKnown('--only', only, SCENARIOS);
  requireKnown('--workload', workloads, named);
  for (const name of variants) {
    if (!VARIANTS.some((variant) => isNamed(variant, name)))
      requireKnown('--variant', [name], namesOfVariants());
  }
  for (const name of values.store) requireStore(name);
  if (!values.help && !existsSync(service)) throw new CommandError(`--service ${service} is not there.`);
  const out = values.out ?? (smoke ? undefined : `${PROJECT}bench/results.md`);
  return {
    help: values.help,
    stores: values.store,
    runs: numberOf('--runs', values.runs, 1, 100) ?? (smoke ? 1 : 5),
    // Workloads are chosen of A and B alone: the other scenarios have their own.
    scenarios: new Set(only.length > 0 ? only : workloads.length > 0 ? ['A', 'B'] : SCENARIOS),
    workloads,
    variants,
    service,
    out: out === undefined ? undefined : resolve(out),
    delayMs: numberOf('--delay-ms', values['delay-ms'], 0, 10_000) ?? 25,
    smoke,
    cpuProf: values['cpu-prof'] === undefined ? undefined : resolve(values['cpu-prof']),
  };
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
