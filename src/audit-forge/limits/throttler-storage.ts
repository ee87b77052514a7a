import { ThrottlerStorageService, type ThrottlerStorage } from '@nestjs/throttler';
import type { AuditForgeOptions } from '../audit-forge.options.js';
import { RedisThrottlerStorage } from './redis-throttler-storage.js';

/** Where requests are counted: in Redis where there is one, else in this process. */
export function throttlerStorage({ redisUrl }: AuditForgeOptions): ThrottlerStorage {
  return redisUrl === undefined ? new ThrottlerStorageService() : new RedisThrottlerStorage(redisUrl);
}
