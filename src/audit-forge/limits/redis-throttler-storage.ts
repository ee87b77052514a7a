import { randomUUID } from 'node:crypto';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { ThrottlerStorageService, type ThrottlerStorage } from '@nestjs/throttler';
import { Redis } from 'ioredis';

type Counted = Awaited<ReturnType<ThrottlerStorage['increment']>>;

const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;
const LONGEST_RECONNECT_MS = 5_000;

/**
 * The requests of a window as a sorted set, by the time of the Redis server, so that the clocks of instances
 * do not matter. What is refused is not counted. Answers how many there are, and the milliseconds until the
 * oldest of them is out of the window.
 */
const COUNT = `
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms - ARGV[1])
local hits = redis.call('ZCARD', KEYS[1])
local blocked = hits >= tonumber(ARGV[2])
if not blocked then
  redis.call('ZADD', KEYS[1], ms, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {hits + 1, blocked and 1 or 0, oldest[2] + ARGV[1] - ms}
`;

/**
 * Counts in Redis, for all instances together. While Redis is away each instance counts for itself: never
 * open, and never an error of a request.
 */
export class RedisThrottlerStorage implements ThrottlerStorage, OnApplicationShutdown {
  private readonly logger = new Logger('AuditForge');
  private readonly redis: Redis;
  private readonly alone = new ThrottlerStorageService();
  private isAway = false;

  constructor(url: string) {
    this.redis = new Redis(url, {
      // A command that cannot be sent now fails now.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      retryStrategy: (times) => Math.min(LONGEST_RECONNECT_MS, times * 200),
    });
    this.redis.on('error', (error: Error) => this.tell(error));
    this.redis.on('ready', () => this.tell(undefined));
  }

  async increment(key: string, ttl: number, limit: number, block: number, name: string): Promise<Counted> {
    try {
      const answer = await this.redis.eval(COUNT, 1, key, ttl, limit, randomUUID());
      // One that only hung comes back without a new connection.
      this.tell(undefined);
      return counted(answer);
    } catch (error) {
      this.tell(error as Error);
      return this.alone.increment(key, ttl, limit, block, name);
    }
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
    this.alone.onApplicationShutdown();
  }

  /** Says it once when Redis goes, and once when it comes. */
  private tell(error: Error | undefined): void {
    const isAway = error !== undefined;
    if (isAway === this.isAway) return;
    this.isAway = isAway;
    if (isAway) {
      const { name, code } = error as NodeJS.ErrnoException;
      this.logger.warn({ msg: 'auditforge_redis_away', error: code ?? name });
    } else {
      this.logger.log({ msg: 'auditforge_redis_back' });
    }
  }
}

function counted(answer: unknown): Counted {
  const [totalHits, blocked, milliseconds] = answer as [number, number, number];
  const timeToExpire = Math.ceil(milliseconds / 1000);
  const isBlocked = blocked === 1;
  return { totalHits, timeToExpire, isBlocked, timeToBlockExpire: isBlocked ? timeToExpire : 0 };
}
