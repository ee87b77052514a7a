import { createHash } from 'node:crypto';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { AuditForgeOptions } from '../audit-forge.options.js';
import { LOG_FORMATS } from '../encoders/formats.js';
import { EXPIRES_IN } from '../export-request.js';
import { EXPORT_ID } from '../records/export-id.js';
import { PromptRedis } from '../redis/prompt-redis.js';
import { redisName } from '../redis/redis-name.js';
import { IdempotencyKeys, KEPT_SECONDS, type Claim } from './idempotency-keys.js';

/** Answers what is kept already, or keeps what is given. */
const CLAIM = `
local kept = redis.call('GET', KEYS[1])
if kept then return kept end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return ARGV[1]
`;

/** Kept in Redis, for all instances. */
export class RedisKeys extends IdempotencyKeys implements OnApplicationShutdown {
  private readonly redis: PromptRedis;

  constructor({ redisUrl }: AuditForgeOptions) {
    super();
    // RedisQueue is there wherever this is, and says when Redis goes and comes.
    this.redis = new PromptRedis(redisUrl!);
  }

  async claim(name: string, claim: Claim): Promise<Claim> {
    const { exportId, format, expiresIn } = claim;
    const json = JSON.stringify({ exportId, format, expiresIn });
    const kept = await this.redis.ask((redis) => redis.eval(CLAIM, 1, keyOf(name), json, KEPT_SECONDS));
    return parseClaim(String(kept));
  }

  async release(name: string): Promise<void> {
    await this.redis.ask((redis) => redis.del(keyOf(name)));
  }

  onApplicationShutdown(): void {
    this.redis.close();
  }
}

/** A client puts into its key what it likes: Redis need not show it. */
function keyOf(name: string): string {
  return redisName('idempotency', createHash('sha256').update(name).digest('hex'));
}

/** What is read from Redis leads to an export: it is looked at as input is. @throws Error */
function parseClaim(json: string): Claim {
  const { exportId, format, expiresIn } = JSON.parse(json) as Claim;
  const isClaim =
    typeof exportId === 'string' &&
    EXPORT_ID.test(exportId) &&
    LOG_FORMATS.includes(format) &&
    Number.isInteger(expiresIn) &&
    expiresIn >= EXPIRES_IN.min &&
    expiresIn <= EXPIRES_IN.max;
  if (!isClaim) throw new Error('What Redis keeps under an idempotency key is no claim.');
  return { exportId, format, expiresIn };
}
