import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import { bucketAllowList } from '../names.js';
import { EngagementStore } from './engagement-store.js';
import type { Engagement } from './engagement.js';
import { invalid } from './engagement-record.js';

/** Looks engagements up, and holds what they say against what is allowed here, whichever store is bound. */
@Injectable()
export class Engagements implements OnModuleInit {
  private readonly logger = new Logger('AuditForge');
  private readonly isAllowed: (bucket: string) => boolean;

  constructor(
    private readonly store: EngagementStore,
    private readonly options: AuditForgeOptions,
  ) {
    this.isAllowed = bucketAllowList(options.sourceBuckets);
  }

  onModuleInit(): void {
    if (this.options.sourceBuckets === undefined) {
      this.logger.warn({
        msg: 'AUDITFORGE_SOURCE_BUCKETS is not set: an engagement record may name any bucket',
      });
    }
  }

  /**
   * @throws AuditForgeError `engagement_not_found`, `invalid_engagement_record`, `source_bucket_not_allowed`
   */
  async get(id: string, signal: AbortSignal): Promise<Engagement> {
    const engagement = await this.store.find(id, signal);
    if (engagement === null) throw new AuditForgeError('engagement_not_found');
    if (engagement.id !== id) throw invalid({ fields: ['id'] });
    const { source_bucket: bucket } = engagement;
    if (bucket !== null && bucket !== this.options.sharedBucket && !this.isAllowed(bucket)) {
      throw new AuditForgeError('source_bucket_not_allowed', { context: { bucket } });
    }
    return engagement;
  }
}
