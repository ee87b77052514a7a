import { Counter, Histogram, type Registry } from 'prom-client';

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];
const KIB = 1024;
const MIB = KIB * KIB;
const BYTES = [64 * KIB, MIB, 16 * MIB, 64 * MIB, 256 * MIB, KIB * MIB, 4 * KIB * MIB, 16 * KIB * MIB];

/** What is told of exports that have ended, and of the beginning of streams. */
export function exportMetrics(registry: Registry) {
  const registers = [registry];
  return {
    ended: new Counter({
      name: 'auditforge_exports_total',
      help: 'Exports that ended. outcome: complete, aborted (whoever asked left or stopped it), failed.',
      labelNames: ['delivery', 'format', 'outcome'],
      registers,
    }),
    failures: new Counter({
      name: 'auditforge_export_failures_total',
      help: 'Failed exports by the code of the problem.',
      labelNames: ['code'],
      registers,
    }),
    seconds: new Histogram({
      name: 'auditforge_export_duration_seconds',
      help: 'From the request, or from the start of a queued export, to its end; complete ones.',
      labelNames: ['delivery', 'format'],
      buckets: SECONDS,
      registers,
    }),
    bytes: new Histogram({
      name: 'auditforge_export_size_bytes',
      help: 'Bytes of the log; complete exports.',
      labelNames: ['delivery', 'format'],
      buckets: BYTES,
      registers,
    }),
    firstByteSeconds: new Histogram({
      name: 'auditforge_stream_first_byte_seconds',
      help: 'From the request for a stream until its first bytes were known good.',
      buckets: SECONDS,
      registers,
    }),
  };
}

export type ExportMetrics = ReturnType<typeof exportMetrics>;
