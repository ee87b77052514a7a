import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Injectable } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { S3Failure } from '../s3/s3-failure.js';
import { S3Store } from '../s3/s3-store.js';
import { invalid, parseEngagementRecord } from './engagement-record.js';
import { EngagementStore } from './engagement-store.js';
import type { Engagement } from './engagement.js';

const PREFIX = 'auditforge/engagements/';
/** A record is a few hundred bytes; what is over this is none. */
const MAX_RECORD_BYTES = 64 * 1024;

/** Engagements as JSON records in the shared bucket. */
@Injectable()
export class S3EngagementStore extends EngagementStore {
  constructor(
    private readonly store: S3Store,
    private readonly options: AuditForgeOptions,
  ) {
    super();
  }

  async find(id: string, signal: AbortSignal): Promise<Engagement | null> {
    const json = await this.read(`${PREFIX}${id}.json`, signal);
    return json === null ? null : parseEngagementRecord(id, json);
  }

  private async read(key: string, signal: AbortSignal): Promise<string | null> {
    const location = { bucket: this.options.sharedBucket };
    try {
      const bytes = await this.store.send('GetObject', location, signal, async (client, target, abort) => {
        const { Body, ContentLength } = await client.send(
          new GetObjectCommand({ ...target, Key: key }),
          abort,
        );
        if (ContentLength === undefined || ContentLength <= MAX_RECORD_BYTES)
          return Body?.transformToByteArray();
        (Body as Readable).destroy();
        return 'too large';
      });
      if (bytes === 'too large') throw invalid({ key, reason: `it is over ${MAX_RECORD_BYTES} bytes` });
      return new TextDecoder().decode(bytes);
    } catch (error) {
      if (error instanceof S3Failure && error.reason === 'missing') return null;
      throw error;
    }
  }
}
