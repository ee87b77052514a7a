import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { StoreClock } from '../clock.js';
import { endOf } from '../exports/presigner.js';
import { ExportSlots } from '../export-slots.js';
import { ExportQueue, type Backlog } from '../queue/export-queue.js';
import { S3Clients } from '../s3/s3-clients.js';
import { ReadBudget } from '../shards/read-budget.js';
import { ShardReader } from '../shards/shard-reader.js';
import type { MemoryPool } from '../turns/memory-pool.js';
import { AuditForgeMetrics } from './audit-forge-metrics.js';

/** Metrics that are read where they are kept, when Prometheus asks for them. */
@Injectable()
export class StateMetrics implements OnModuleInit {
  private looked: Promise<Backlog> | undefined;

  constructor(
    private readonly metrics: AuditForgeMetrics,
    private readonly clients: S3Clients,
    private readonly reader: ShardReader,
    private readonly budget: ReadBudget,
    private readonly slots: ExportSlots,
    private readonly queue: ExportQueue,
    private readonly clock: StoreClock,
    private readonly options: AuditForgeOptions,
  ) {}

  onModuleInit(): void {
    this.reading();
    this.store();
    this.room();
    this.queued();
  }

  private reading(): void {
    const { reader } = this;
    this.counter('auditforge_shards_read_total', 'Shards read to their end.', () => reader.shardsRead);
    this.counter('auditforge_shard_bytes_read_total', 'Stored bytes of shards.', () => reader.bytesRead);
    this.counter(
      'auditforge_segments_unverified_total',
      'Segments of shards for which the store gives no checksum of the whole.',
      () => reader.unverifiedSegments,
    );
  }

  private store(): void {
    const { traffic } = this.clients;
    this.counter(
      'auditforge_s3_requests_total',
      'Requests to the store by operation and HTTP status; none: no answer came.',
      (counter) => {
        for (const [operation, byStatus] of traffic.requests)
          for (const [status, count] of byStatus) counter.inc({ operation, status }, count);
      },
      ['operation', 'status'],
    );
    this.counter(
      'auditforge_s3_retries_total',
      'Calls to the store that were tried again.',
      (counter) => {
        for (const [operation, count] of traffic.retries) counter.inc({ operation }, count);
      },
      ['operation'],
    );
    this.counter(
      'auditforge_s3_resumes_total',
      'Reads of shards that were taken up again from the bytes held.',
      () => traffic.resumes,
    );
    this.gauge(
      'auditforge_credentials_end_seconds',
      'Seconds until the credentials for the store end; 0: there are none; +Inf: they do not end.',
      (gauge) => this.credentialsEnd().then((seconds) => gauge.set(seconds)),
    );
    this.gauge(
      'auditforge_clock_skew_seconds',
      "The store's clock minus this machine's, where that is more than 2 s.",
      (gauge) => gauge.set(this.clock.skewMs / 1000),
    );
  }

  private room(): void {
    const pools: Record<string, MemoryPool> = { segments: this.budget.segments, parts: this.budget.parts };
    const perPool = (name: string, help: string, read: (pool: MemoryPool) => number) =>
      this.gauge(
        name,
        help,
        (gauge) => {
          for (const [pool, memory] of Object.entries(pools)) gauge.set({ pool }, read(memory));
        },
        ['pool'],
      );
    perPool('auditforge_memory_budget_bytes', 'Memory for logs.', ({ capacity }) => capacity);
    perPool('auditforge_memory_used_bytes', 'Memory for logs that is in use.', ({ inUse }) => inUse);
    this.gauge('auditforge_active_exports', 'Exports at work in this process.', (gauge) =>
      gauge.set(this.slots.active),
    );
    this.gauge('auditforge_waiting_exports', 'Exports that wait for one at work to end.', (gauge) =>
      gauge.set(this.slots.waiting),
    );
  }

  /** Of all instances together where they share a queue. */
  private queued(): void {
    this.gauge(
      'auditforge_queue_jobs',
      'Queued exports by state. NaN: Redis does not answer.',
      async (gauge) => {
        const { queued, running } = await this.backlog();
        gauge.set({ state: 'queued' }, queued);
        gauge.set({ state: 'running' }, running);
      },
      ['state'],
    );
    this.gauge(
      'auditforge_queue_oldest_job_seconds',
      'For how long the export that is next has been queued; 0: none is. NaN: Redis does not answer.',
      async (gauge) => {
        const { oldestAt } = await this.backlog();
        gauge.set(oldestAt === null ? 0 : Math.max(0, Date.now() - oldestAt) / 1000);
      },
    );
    if (this.options.redisUrl === undefined) return;
    this.gauge('auditforge_redis_up', '1: the Redis of the queue answers; 0: it does not.', async (gauge) => {
      gauge.set(Number.isNaN((await this.backlog()).queued) ? 0 : 1);
    });
  }

  /** All that is read at once is of one look: in Redis it costs two requests. */
  private backlog(): Promise<Backlog> {
    const unknown = { queued: Number.NaN, running: Number.NaN, oldestAt: Number.NaN };
    this.looked ??= this.queue
      .backlog()
      .catch(() => unknown)
      .finally(() => (this.looked = undefined));
    return this.looked;
  }

  private async credentialsEnd(): Promise<number> {
    try {
      const { config } = this.clients.for({ bucket: this.options.sharedBucket });
      const end = endOf(await config.credentials());
      return Math.max(0, end - this.clock.now().getTime()) / 1000;
    } catch {
      return 0;
    }
  }

  /** A counter of what is counted elsewhere. */
  private counter(
    name: string,
    help: string,
    read: (counter: Counter) => number | void,
    labelNames: string[] = [],
  ): void {
    const { registry } = this.metrics;
    const counter = new Counter({
      name,
      help,
      labelNames,
      registers: [],
      collect() {
        this.reset();
        const count = read(this);
        if (count !== undefined) this.inc(count);
      },
    });
    registry.registerMetric(counter);
  }

  private gauge(
    name: string,
    help: string,
    read: (gauge: Gauge) => void | Promise<void>,
    labelNames: string[] = [],
  ): void {
    const { registry } = this.metrics;
    const gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [],
      collect() {
        return read(this);
      },
    });
    registry.registerMetric(gauge);
  }
}
