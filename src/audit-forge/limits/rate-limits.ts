import { Inject, Injectable } from '@nestjs/common';
import { ThrottlerStorage } from '@nestjs/throttler';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { callerKey, type Caller } from '../auth/caller.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { networkOf } from './network.js';

/** What a request asks for, as far as limits go. */
export type RateKind = 'signed_url' | 'stream' | 'read';

const WINDOW_MS = 60_000;

/**
 * How often within a minute. By caller, and not by address: many sessions share one, and one may have many.
 * Failed authentications, which have no caller, go by address.
 */
@Injectable()
export class RateLimits {
  constructor(
    private readonly options: AuditForgeOptions,
    @Inject(ThrottlerStorage) private readonly storage: ThrottlerStorage,
  ) {}

  /** Counts a request of this caller. @throws AuditForgeError `too_many_requests` */
  async take(caller: Caller, kind: RateKind): Promise<void> {
    if (caller.kind === 'session') await this.count(kind, callerKey(caller), this.limitOf(kind));
    if (caller.kind === 'admin') await this.count('admin', callerKey(caller), this.options.rateAdmin);
  }

  /** Counts a failed authentication. @throws AuditForgeError `too_many_requests` */
  async takeFailure(address: string | undefined): Promise<void> {
    await this.count('auth_failures', networkOf(address), this.options.rateAuthFailures);
  }

  private limitOf(kind: RateKind): number {
    const { rateSignedUrl, rateStream, rateRead } = this.options;
    return { signed_url: rateSignedUrl, stream: rateStream, read: rateRead }[kind];
  }

  private async count(name: string, who: string, limit: number): Promise<void> {
    if (limit === 0) return;
    // Without a block: who was refused may come again as soon as the oldest of the requests is a minute old.
    const { isBlocked, timeToBlockExpire } = await this.storage.increment(
      `auditforge:rate:${name}:${who}`,
      WINDOW_MS,
      limit,
      0,
      name,
    );
    if (!isBlocked) return;
    const retryAfter = Math.min(WINDOW_MS / 1000, Math.max(1, timeToBlockExpire));
    throw new AuditForgeError('too_many_requests', {
      retryAfter,
      detail: `More than ${limit} requests within a minute. Try again after Retry-After seconds.`,
      context: { limit: name },
    });
  }
}
