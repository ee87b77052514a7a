import type { Bench } from '../bench.js';
import type { Exporter } from '../measure/exporter.js';
import type { Implementation } from '../variants/variant.js';

export interface RunningImplementation {
  implementation: Implementation;
  exporter: Exporter;
}

/** A process for each of these implementations that is asked for. */
export async function contendersOf(
  bench: Bench,
  implementations: readonly Implementation[],
): Promise<RunningImplementation[]> {
  const asked = implementations.filter((name) =>
    bench.variants.some(({ implementation }) => implementation === name),
  );
  return Promise.all(
    asked.map(async (implementation) => ({ implementation, exporter: await bench.start(implementation) })),
  );
}
