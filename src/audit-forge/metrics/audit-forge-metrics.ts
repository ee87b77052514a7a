import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import type { LogFormat } from '../encoders/formats.js';
import { ExportMeter, type MeteredDelivery } from './export-meter.js';

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];
const KIB = 1024;
const MIB = KIB * KIB;
const BYTES = [64 * KIB, MIB, 16 * MIB, 64 * MIB, 256 * MIB, KIB * MIB, 4 * KIB * MIB, 16 * KIB * MIB];

/**
 * What Prometheus reads of the module. The registry is its own, so that a host may merge it with others. No
 * label holds who or what: deliveries, formats, outcomes and codes are few and fixed.
 */
@Injectable()
export class AuditForgeMetrics {
  readonly registry = new Registry();

  readonly exports = new Counter({
    name: 'auditforge_exports_total',
    help: 'Exports that ended. outcome: complete, aborted (whoever asked left or stopped it), failed.',
    labelNames: ['delivery', 'format', 'outcome'],
    registers: [this.registry],
  });
  readonly exportFailures = new Counter({
    name: 'auditforge_export_failures_total',
    help: 'Failed exports by the code of the problem.',
    labelNames: ['code'],
    registers: [this.registry],
  });
  readonly exportSeconds = new Histogram({
    name: 'auditforge_export_duration_seconds',
    help: 'From the request, or from the start of a queued export, to its end; complete ones.',
    labelNames: ['delivery', 'format'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly exportBytes = new Histogram({
    name: 'auditforge_export_size_bytes',
    help: 'Bytes of the log; complete exports.',
    labelNames: ['delivery', 'format'],
    buckets: BYTES,
    registers: [this.registry],
  });
  readonly firstByteSeconds = new Histogram({
    name: 'auditforge_stream_first_byte_seconds',
    help: 'From the request for a stream until its first bytes were known good.',
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly custodyFailures = new Counter({
    name: 'auditforge_custody_write_failures_total',
    help: 'Hand-overs whose event could not be written. No link went out; a stream had gone out already.',
    registers: [this.registry],
  });
  readonly recordFailures = new Counter({
    name: 'auditforge_record_write_failures_total',
    help: 'Export records that could not be written.',
    registers: [this.registry],
  });

  /** Begins to measure one export. */
  export(delivery: MeteredDelivery, format: LogFormat): ExportMeter {
    return new ExportMeter(this, { delivery, format });
  }
}
