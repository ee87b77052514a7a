import type { Bench } from '../bench.js';
import { startProxy } from '../proxy/proxy.js';
import type { Row } from '../results.js';
import type { StoreAccess } from '../stores/store.js';
import { s3Http } from '../variants/limit/s3-http.js';
import { listPage } from '../variants/limit/segments.js';
import type { Workload } from '../workloads/workload.js';
import { compare } from './compare.js';

const LISTINGS = 11;
const FIRST_BYTE_OF = ['ours-stream-jsonl', 'limit-stream'];

/** Scenario B: each request takes a while to the store, as it does from another machine. */
export async function delayed(
  bench: Bench,
  workloads: readonly Workload[],
): Promise<{ rows: Row[]; pageMs: number[] }> {
  const { delayed: one, many, small } = bench.workloads;
  const proxy = await startProxy(bench.store.access, bench.options.delayMs);
  const { access } = proxy;
  const rows: Row[] = [];
  try {
    if (workloads.includes(one)) {
      const { variants } = bench;
      rows.push(
        ...(await compare(bench, { scenario: 'B', workloads: [one], variants, access, warmOn: [small] })),
      );
    }
    if (!workloads.includes(many)) return { rows, pageMs: [] };
    const variants = bench.variants.filter(({ name }) => FIRST_BYTE_OF.includes(name));
    // For the time to first byte the connections have to be there: each does it once before.
    const warmOn = [small, many];
    rows.push(...(await compare(bench, { scenario: 'B', workloads: [many], variants, access, warmOn })));
    return { rows, pageMs: await listingTimes(bench, access, bench.storedAs(many).prefix) };
  } finally {
    await proxy.close();
  }
}

/** One page of a thousand keys: the store's own time and a round trip. */
async function listingTimes(bench: Bench, access: StoreAccess, prefix: string): Promise<number[]> {
  const s3 = s3Http(access);
  const times: number[] = [];
  for (let index = 0; index < LISTINGS; index++) {
    bench.signal.throwIfAborted();
    const begun = performance.now();
    await listPage(s3, bench.bucket.name, prefix);
    times.push(performance.now() - begun);
  }
  // The first one has made the connection.
  return times.slice(1);
}
