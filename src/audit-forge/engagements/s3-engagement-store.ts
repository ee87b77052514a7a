import { Injectable } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { SmallObjects, TooLarge } from '../s3/small-objects.js';
import { invalid, parseEngagementRecord } from './engagement-record.js';
import { EngagementStore } from './engagement-store.js';
import type { Engagement } from './engagement.js';

const PREFIX = 'auditforge/engagements/';

/** Engagements as JSON records in the shared bucket. */
@Injectable()
export class S3EngagementStore extends EngagementStore {
  constructor(
    private readonly objects: SmallObjects,
    private readonly options: AuditForgeOptions,
  ) {
    super();
  }

  async find(id: string, signal: AbortSignal): Promise<Engagement | null> {
    const key = `${PREFIX}${id}.json`;
    try {
      const json = await this.objects.read({ bucket: this.options.sharedBucket }, key, signal);
      return json === null ? null : parseEngagementRecord(id, json);
    } catch (error) {
      if (error instanceof TooLarge) throw invalid({ key, reason: error.message });
      throw error;
    }
  }
}
