import { Injectable } from '@nestjs/common';
import { EngagementStore, type Engagement } from 'auditforge';

/** The host's own engagements. */
@Injectable()
export class CaseFiles extends EngagementStore {
  override async find(id: string): Promise<Engagement | null> {
    if (id !== 'case-7') return null;
    const created_at = '2026-01-01T00:00:00Z';
    return { id, name: 'Case 7', status: 'closed', source_bucket: null, source_region: null, created_at };
  }
}
