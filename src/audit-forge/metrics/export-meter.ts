import type { LogFormat } from '../encoders/formats.js';
import { failureCode } from '../errors/failure-code.js';
import type { ExportMetrics } from './export-metrics.js';

/** `queued`: a link as well, but nobody waited on the connection for it. */
export type MeteredDelivery = 'stream' | 'signed_url' | 'queued';

/** One export from its start to its one end: what is told after that is not counted. */
export class ExportMeter {
  private readonly startedAt = performance.now();
  private hasEnded = false;

  constructor(
    private readonly metrics: ExportMetrics,
    private readonly labels: { delivery: MeteredDelivery; format: LogFormat },
  ) {}

  firstByte(): void {
    this.metrics.firstByteSeconds.observe(this.seconds);
  }

  complete(sizeBytes: number): void {
    if (!this.end('complete')) return;
    this.metrics.seconds.observe(this.labels, this.seconds);
    this.metrics.bytes.observe(this.labels, sizeBytes);
  }

  aborted(): void {
    this.end('aborted');
  }

  /** @param left whoever asked has left, which is why */
  failed(error: unknown, left: boolean): void {
    if (left) this.aborted();
    else if (this.end('failed')) this.metrics.failures.inc({ code: failureCode(error, false) });
  }

  private get seconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  private end(outcome: 'complete' | 'aborted' | 'failed'): boolean {
    if (this.hasEnded) return false;
    this.hasEnded = true;
    this.metrics.ended.inc({ ...this.labels, outcome });
    return true;
  }
}
