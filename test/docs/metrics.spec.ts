import { expect, it } from '@jest/globals';
import { AuditForgeOptions } from '../../src/audit-forge/audit-forge.options.js';
import { AuditForgeMetrics } from '../../src/audit-forge/metrics/audit-forge-metrics.js';
import { StateMetrics } from '../../src/audit-forge/metrics/state-metrics.js';
import { ReadBudget } from '../../src/audit-forge/shards/read-budget.js';
import { code, documentText, tableRows } from './markdown.js';

const options = Object.assign(new AuditForgeOptions(), { redisUrl: 'redis://127.0.0.1:1' });
/** What is registered is asked for nothing here. */
const unasked = {} as never;

function registered(): string[][] {
  const metrics = new AuditForgeMetrics();
  const budget = new ReadBudget(options);
  new StateMetrics(metrics, unasked, unasked, budget, unasked, unasked, unasked, options).onModuleInit();
  return metrics.registry.getMetricsAsArray().map((metric) => {
    const { name, type, labelNames = [] } = metric as unknown as Described;
    return [name, type, labelNames.join(', ')];
  });
}

interface Described {
  name: string;
  type: string;
  labelNames?: string[];
}

it('the table of metrics has every one, with its type and labels, and no other', () => {
  const told = tableRows(documentText('docs/operations.md'), 'metric').map(
    ([name = '', type = '', labels = '']) => [code(name)!, type, labels.replaceAll('`', '')],
  );
  const byName = (all: string[][]) => all.toSorted(([a], [b]) => (a! < b! ? -1 : 1));
  expect(byName(told)).toEqual(byName(registered()));
});
