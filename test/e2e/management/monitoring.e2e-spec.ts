import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event } from '../../support/events.js';
import { send } from '../../support/http-client.js';
import { Service } from '../../support/service.js';

interface Alert {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

interface Panel {
  title: string;
  type: string;
  description?: string;
  targets?: { expr: string }[];
}

const doc = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const alerts = (parse(doc('monitoring/alerts.yml')) as { groups: { rules: Alert[] }[] }).groups.flatMap(
  ({ rules }) => rules,
);
const dashboard = JSON.parse(doc('monitoring/dashboard.json')) as { panels: Panel[] };
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

/** The metrics that an expression asks for. @throws Error where it is no PromQL */
function metricsOf(expression: string): string[] {
  // Grafana puts a time in its place.
  const promql = expression.replaceAll('$__rate_interval', '5m');
  const names: string[] = [];
  parser.parse(promql).iterate({
    enter: (node) => {
      if (node.type.isError) throw new Error(`at ${node.from} of ${promql}`);
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector')
        names.push(promql.slice(node.from, node.to));
    },
  });
  return names;
}

describe('what is watched', () => {
  let store: EmbeddedStore;
  let service: Service;
  /** With the names of what a histogram is made of; `up` is of Prometheus itself. */
  let known: Set<string>;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({
      store,
      // Nothing listens there: what is told of Redis is told all the same.
      environment: { AUDITFORGE_REDIS_URL: 'redis://127.0.0.1:1' },
    });
    await service.seed('eng-1', { '1.jsonl': event(1) });
    await service.log('eng-1');
    const { body } = await send(`${service.url}/metrics`);
    const types = Array.from(body.toString().matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name, type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!],
    );
    known = new Set(['up', ...types.flat()]);
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  it('is read by alerts that are PromQL of metrics that there are', () => {
    expect(alerts.length).toBeGreaterThan(10);
    for (const { alert, expr } of alerts) {
      const names = metricsOf(expr);
      expect([alert, names.filter((name) => !known.has(name))]).toEqual([alert, []]);
      expect(names).not.toHaveLength(0);
    }
  });

  it('is shown by panels of metrics that there are, each with a word on what it shows', () => {
    for (const { title, description, targets = [] } of panels) {
      expect([title, description]).toEqual([title, expect.stringMatching(/\.$/)]);
      for (const { expr } of targets)
        expect([title, metricsOf(expr).filter((name) => !known.has(name))]).toEqual([title, []]);
    }
  });

  it('is all of it in the dashboard', () => {
    const shown = new Set(
      panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => metricsOf(expr))),
    );
    const unseen = [...known].filter(
      (name) => name.startsWith('auditforge_') && !shown.has(name) && !/_(sum|count)$/.test(name),
    );
    expect(unseen).toEqual([]);
  });

  it('has an entry of its name in the runbook for each alert, and no other', () => {
    const entries = Array.from(doc('runbook.md').matchAll(/^## (\S+)$/gm), ([, name]) => name!);
    expect(entries).toEqual(alerts.map(({ alert }) => alert));
    for (const { alert, annotations } of alerts)
      expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
  });
});
