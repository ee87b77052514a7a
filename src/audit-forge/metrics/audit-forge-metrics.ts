import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import type { LogFormat } from '../encoders/formats.js';
import { exportMetrics } from './export-metrics.js';
import { ExportMeter, type MeteredDelivery } from './export-meter.js';

/**
 * What Prometheus reads of the module. The registry is its own, so that a host may merge it with others. No
 * label holds who or what: deliveries, formats, outcomes and codes are few and fixed.
 */
@Injectable()
export class AuditForgeMetrics {
  readonly registry = new Registry();

  readonly ofExports = exportMetrics(this.registry);

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
    return new ExportMeter(this.ofExports, { delivery, format });
  }
}
