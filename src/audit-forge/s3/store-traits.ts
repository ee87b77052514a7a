import { Logger } from '@nestjs/common';
import { S3Failure } from './s3-failure.js';

/** What S3 has and some stores answer 501 NotImplemented to. The service does without each of them. */
export type StoreTrait = 'conditional_put' | 'conditional_completion' | 'multipart_checksum';

/**
 * What a store was seen to lack, by bucket, since a service may use buckets of several stores. Met where it
 * appears, at the first answer, and not asked for again: nothing of it is configured.
 */
export class StoreTraits {
  private readonly logger = new Logger('AuditForge');
  private readonly lacking = new Set<string>();

  /** Calls with the trait, and without it where the bucket's store does not implement it. */
  async use<T>(trait: StoreTrait, bucket: string, call: (has: boolean) => Promise<T>): Promise<T> {
    const name = `${trait} ${bucket}`;
    if (this.lacking.has(name)) return call(false);
    try {
      return await call(true);
    } catch (error) {
      if (!(error instanceof S3Failure) || error.reason !== 'not_implemented') throw error;
      const result = await call(false);
      // Only now is it known that the trait was what the store refused.
      this.lacking.add(name);
      this.logger.debug({ msg: 'auditforge_store_lacks', bucket, trait });
      return result;
    }
  }
}
