import type { StoreResults } from '../results.js';
import type { WorkloadSet } from '../workloads/workload.js';
import { comparisonTables, labelOf } from './comparison-tables.js';
import { median, milliseconds, table } from './figures.js';
import { loadTable, neighbourTable } from './load-tables.js';
import { machine } from './machine.js';
import { targets } from './targets.js';

/** All results as Markdown, one section for each store. */
export async function report(
  results: readonly StoreResults[],
  workloads: WorkloadSet,
  command: string,
): Promise<string> {
  const parts = [
    '# Results of the benchmark',
    'What is measured and how: [README.md](README.md).',
    await machine(command),
    ...results.flatMap((each) => section(each, workloads)),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** One line for each thing that went wrong; what is not installed is none. */
export function failuresOf({ rows, load, failures }: StoreResults): string[] {
  return [
    ...rows
      .filter((row) => row.failure !== undefined && row.missing !== true)
      .map(
        ({ scenario, variant, workload, failure }) =>
          `${scenario}, ${workload.label}, ${labelOf(variant)}: ${failure}`,
      ),
    ...load.flatMap((row) => row.failures.map((failure) => `C, ${row.implementation}: ${failure}`)),
    ...failures,
  ];
}

function section(results: StoreResults, workloads: WorkloadSet): string[] {
  const { store, givesCrc, runs, delayMs, pageMs, load, neighbours } = results;
  const { small, medium, big, single, atOnce } = workloads;
  const direct = comparisonTables(results, 'A');
  const delayed = comparisonTables(results, 'B');
  const mixed = `${atOnce.small} of ${small.label}, ${atOnce.medium} of ${medium.label}, ${atOnce.big} of ${big.label}`;
  const failures = failuresOf(results);
  const page = `One page of a listing by that way: ${milliseconds(median(pageMs))} ms.`;
  return [
    `## ${store}`,
    `Medians of ${runs} ${runs === 1 ? 'run' : 'runs'}. The store gives ${givesCrc ? 'a CRC' : 'no CRC'} with what is read.`,
    ...part('A. Direct', direct),
    ...part(`B. With ${delayMs} ms more for each request`, [
      ...delayed,
      ...(pageMs.length > 0 ? [page] : []),
    ]),
    ...part('C. Many at once', load.length === 0 ? [] : [`${mixed}; half of them streams.`, loadTable(load)]),
    ...part(
      'D. A small one beside a large one',
      neighbours.length === 0
        ? []
        : [`${small.label}, alone and while ${single.label} runs.`, neighbourTable(neighbours)],
    ),
    ...part('Failures', failures.length === 0 ? [] : [failures.map((failure) => `- ${failure}`).join('\n')]),
    ...part('Targets', [targetTable(results, workloads)]),
  ];
}

function part(title: string, content: readonly string[]): string[] {
  return content.length === 0 ? [] : [`### ${title}`, ...content];
}

function targetTable(results: StoreResults, workloads: WorkloadSet): string {
  const rows = targets(results, workloads).map(({ name, measured, met }) => [
    name,
    measured,
    met === undefined ? '' : met ? 'yes' : 'no',
  ]);
  return table(['target', 'measured', 'met'], rows);
}
