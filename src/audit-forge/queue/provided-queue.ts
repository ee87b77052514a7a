import type { ModuleRef } from '@nestjs/core';
import type { AuditForgeOptions } from '../audit-forge.options.js';
import type { IdempotencyKeys } from '../idempotency/idempotency-keys.js';
import { InProcessKeys } from '../idempotency/in-process-keys.js';
import { RedisKeys } from '../idempotency/redis-keys.js';
import type { ExportQueue } from './export-queue.js';
import { ExportWorker } from './export-worker.js';
import { InProcessQueue } from './in-process-queue.js';
import { RedisQueue } from './redis-queue.js';

/** Who does queued exports. The worker needs all the rest of the module, so it is asked for when there is a job. */
export function exportQueue(options: AuditForgeOptions, module: ModuleRef): ExportQueue {
  const worker = () => module.get(ExportWorker);
  return options.redisUrl === undefined ? new InProcessQueue(worker) : new RedisQueue(options, worker);
}

/** Where idempotency keys are kept. */
export function idempotencyKeys(options: AuditForgeOptions): IdempotencyKeys {
  return options.redisUrl === undefined ? new InProcessKeys() : new RedisKeys(options);
}
