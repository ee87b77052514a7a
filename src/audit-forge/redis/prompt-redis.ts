import { once } from 'node:events';
import type { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { promptConnection } from './connections.js';

/** How long whoever asks waits for a connection that is being made, and for all of an answer. */
const CONNECTED_WITHIN_MS = 1_000;
const ANSWERED_WITHIN_MS = 2_000;

/** A Redis that answers soon, or is away: a request never hangs on it. */
export class PromptRedis {
  readonly connection: Redis;
  private connecting: Promise<unknown> | undefined;
  private isAway = false;

  /** @param logger says once when Redis goes, and once when it comes; undefined: another one says it */
  constructor(
    url: string,
    private readonly logger?: Logger,
  ) {
    this.connection = promptConnection(url);
    this.connection.on('error', (error: Error) => this.tell(error));
    this.connection.on('ready', () => this.tell(undefined));
  }

  /** @throws AuditForgeError `queue_unavailable`, or one that `work` throws */
  async ask<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      const answer = await inTime(this.connected().then(() => work(this.connection)));
      this.tell(undefined);
      return answer;
    } catch (error) {
      if (error instanceof AuditForgeError) throw error;
      // Whoever says no is there.
      if (!isReply(error)) this.tell(error);
      throw new AuditForgeError('queue_unavailable', { cause: error });
    }
  }

  close(): void {
    this.connection.disconnect();
  }

  /** Waits for a first connection, but not for one to come back: that may take as long as it likes. */
  private async connected(): Promise<void> {
    const { status } = this.connection;
    if (status === 'ready') return;
    if (status !== 'connecting' && status !== 'connect') throw new Error(`Redis is away: ${status}`);
    this.connecting ??= once(this.connection, 'ready', {
      signal: AbortSignal.timeout(CONNECTED_WITHIN_MS),
    }).finally(() => (this.connecting = undefined));
    await this.connecting;
  }

  private tell(error: unknown): void {
    const isAway = error !== undefined;
    if (isAway === this.isAway) return;
    this.isAway = isAway;
    if (isAway) this.logger?.warn({ msg: 'auditforge_redis_away', for: 'exports', error: nameOf(error) });
    else this.logger?.log({ msg: 'auditforge_redis_back', for: 'exports' });
  }
}

/** What was asked may still come about after that, but nobody waits for it. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('Redis does not answer')), ANSWERED_WITHIN_MS);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function isReply(error: unknown): boolean {
  return (error as Error).name === 'ReplyError';
}

/** Never the message: it may quote what was sent. Redis begins its own with a code, such as WRONGPASS. */
function nameOf(error: unknown): string {
  const { name, code, message } = error as NodeJS.ErrnoException;
  return isReply(error) ? message.split(' ', 1)[0]! : (code ?? name);
}
