import type { Exporter } from '../measure/exporter.js';
import type { Row } from '../results.js';
import type { Variant } from '../variants/variant.js';
import type { Workload } from '../workloads/workload.js';

const SHOWN_CHARACTERS = 300;

/** What went wrong, and the last words of the process. */
export function failureText(error: unknown, exporter?: Exporter): string {
  const ended = exporter?.alive() === false ? 'the process ended; ' : '';
  const said = exporter?.complaints().trim().split('\n').at(-1) ?? '';
  return `${ended}${(error as Error).message}${said === '' ? '' : ` (${said.slice(0, SHOWN_CHARACTERS)})`}`;
}

export function failedRows(
  scenario: Row['scenario'],
  variant: Variant,
  workloads: readonly Workload[],
  failure: string,
): Row[] {
  return workloads.map((workload) => ({ scenario, variant, workload, idleMiB: 0, timings: [], failure }));
}

/** Rows of a variant that cannot run on this machine. */
export function missingRows(scenario: Row['scenario'], variant: Variant, to: readonly Workload[]): Row[] {
  return failedRows(scenario, variant, to, 'not installed').map((row) => ({ ...row, missing: true }));
}
