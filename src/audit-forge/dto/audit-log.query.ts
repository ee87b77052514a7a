import { IsIn, Matches } from 'class-validator';
import { LOG_FORMATS, type LogFormat } from '../encoders/formats.js';
import { EXPIRES_IN } from '../export-request.js';
import { ENGAGEMENT_ID } from '../names.js';
import { IsSecondsBetween } from './seconds.validator.js';

export const DELIVERIES = ['stream', 'signed_url'] as const;
export type Delivery = (typeof DELIVERIES)[number];

/** The path of one engagement. */
export class EngagementPath {
  @Matches(ENGAGEMENT_ID, {
    message: 'must be 1 to 128 letters, digits, hyphens and underscores, the first a letter or digit',
  })
  id!: string;
}

/** What may be asked of an audit log, path and query together. */
export class AuditLogQuery extends EngagementPath {
  @IsIn(LOG_FORMATS, { message: 'must be jsonl or json' })
  format: LogFormat = 'jsonl';

  @IsIn(DELIVERIES, { message: 'must be stream or signed_url' })
  delivery: Delivery = 'stream';

  /** Seconds, as written. */
  @IsSecondsBetween(EXPIRES_IN.min, EXPIRES_IN.max)
  expires_in = String(EXPIRES_IN.default);

  get expiresIn(): number {
    return Number(this.expires_in);
  }
}
