import { setTimeout as elapsed } from 'node:timers/promises';
import type { Progress } from '../src/progress.js';
import { startExporter, type Exporter } from './measure/exporter.js';
import type { BenchOptions } from './options.js';
import type { BenchBucket } from './stores/bench-bucket.js';
import type { BenchStore, StoreAccess } from './stores/store.js';
import type { Implementation, Variant } from './variants/variant.js';
import type { StoredWorkload } from './workloads/upload.js';
import type { Workload, WorkloadSet } from './workloads/workload.js';

const IDLE_MS = 2_000;
const SMOKE_IDLE_MS = 200;
/** After so much was removed, a store that frees it later is waited for: it may hold all in memory. */
const REMOVED_BYTES = 1.5e9;
const FREED_AFTER_MS = 8_000;

/** What all scenarios on one store have in common. */
export class Bench {
  private readonly stored = new Map<string, StoredWorkload>();
  private removedBytes = 0;

  constructor(
    readonly options: BenchOptions,
    readonly store: BenchStore,
    readonly bucket: BenchBucket,
    readonly workloads: WorkloadSet,
    /** Those that are asked for and can run. */
    readonly variants: readonly Variant[],
    readonly progress: Progress,
    readonly signal: AbortSignal,
  ) {}

  addStored(workload: StoredWorkload): void {
    this.stored.set(workload.name, workload);
  }

  storedAs({ name }: Workload): StoredWorkload {
    return this.stored.get(name)!;
  }

  /** A process of its own, on the store or on a proxy before it. */
  start(implementation: Implementation, access: StoreAccess = this.store.access): Promise<Exporter> {
    const { service, smoke, cpuProf } = this.options;
    const idleMs = smoke ? SMOKE_IDLE_MS : IDLE_MS;
    const profile = cpuProf === undefined ? {} : { cpuProf };
    const { name: bucket } = this.bucket;
    return startExporter({ implementation, service, bucket, access, idleMs, ...profile }, this.signal);
  }

  /** A process for each variant; where little is to be measured, one for all of an implementation. */
  startEach(
    variants: readonly Variant[],
    access: StoreAccess,
  ): Promise<Array<PromiseSettledResult<Exporter>>> {
    const shared = new Map<Implementation, Promise<Exporter>>();
    const begun = variants.map(({ implementation }) => {
      const exporter = shared.get(implementation) ?? this.start(implementation, access);
      if (this.options.smoke) shared.set(implementation, exporter);
      return exporter;
    });
    return Promise.allSettled(begun);
  }

  /** Removes what an export has made, if it has. */
  async removeExport(key: string | undefined, bytes: number): Promise<void> {
    if (key === undefined) return;
    await this.bucket.remove(key);
    this.removedBytes += bytes;
    if (!this.store.freesLater || this.removedBytes < REMOVED_BYTES) return;
    this.removedBytes = 0;
    this.progress.step('waiting for the store to free what was removed');
    await elapsed(FREED_AFTER_MS, undefined, { signal: this.signal });
  }
}
