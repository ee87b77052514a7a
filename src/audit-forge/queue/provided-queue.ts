import type { ModuleRef } from '@nestjs/core';
import type { ExportQueue } from './export-queue.js';
import { ExportWorker } from './export-worker.js';
import { InProcessQueue } from './in-process-queue.js';

/** Who does queued exports. The worker needs all the rest of the module, so it is asked for when there is a job. */
export function exportQueue(module: ModuleRef): ExportQueue {
  return new InProcessQueue(() => module.get(ExportWorker));
}
