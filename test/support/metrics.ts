import { expect } from '@jest/globals';
import { send } from './http-client.js';

/** What Prometheus reads of a service, by name with its labels. */
export async function metricsOf(url: string): Promise<Record<string, number>> {
  const answer = await send(`${url}/metrics`);
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = answer.body.toString().split('\n');
  const values = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    values.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1).replace('Inf', 'Infinity'))];
    }),
  );
}
