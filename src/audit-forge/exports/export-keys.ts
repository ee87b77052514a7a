import { randomUUID } from 'node:crypto';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { Injectable } from '@nestjs/common';
import { AuditForgeError } from '../errors/audit-forge.error.js';
import type { LogFormat } from '../encoders/formats.js';
import type { BucketLocation } from '../s3/s3-clients.js';
import { S3Failure } from '../s3/s3-failure.js';
import { S3Store } from '../s3/s3-store.js';
import { exportFileName, exportKey, nextSecond } from './export-key.js';

/** Seconds that are looked at: a store that has every key there is has none of them. */
const MAX_SECONDS = 600;

/** A key that is free and kept for one export of this process until it is released. */
export interface ReservedKey {
  key: string;
  fileName: string;
  /** The second in the key. */
  at: Date;
  release(): void;
}

/**
 * Finds the key of a new export: the first free second from the time of the request on. Reserved within the
 * process, looked for in the store; the conditional write is the last guard between processes.
 */
@Injectable()
export class ExportKeys {
  /** Who holds each. */
  private readonly reserved = new Map<string, string>();

  constructor(private readonly store: S3Store) {}

  /** @param holder who reserves it, and may do so again: a queued export, when its turn comes */
  async reserve(
    location: BucketLocation,
    engagementId: string,
    format: LogFormat,
    from: Date,
    signal: AbortSignal,
    holder: string = randomUUID(),
  ): Promise<ReservedKey> {
    const end = from.getTime() + MAX_SECONDS * 1000;
    for (let at = from; at.getTime() < end; at = nextSecond(at)) {
      const key = exportKey(engagementId, at, format);
      const name = `${location.bucket}/${key}`;
      if ((this.reserved.get(name) ?? holder) !== holder) continue;
      this.reserved.set(name, holder);
      const release = () => void this.reserved.delete(name);
      try {
        if (!(await this.exists(location, key, signal))) {
          return { key, fileName: exportFileName(engagementId, at, format), at, release };
        }
      } catch (error) {
        release();
        throw error;
      }
      release();
    }
    throw new AuditForgeError('storage_unavailable', {
      context: { bucket: location.bucket, reason: `none of ${MAX_SECONDS} seconds is free for a key` },
    });
  }

  private async exists(location: BucketLocation, key: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.store.send('HeadObject', location, signal, (client, target, abort) =>
        client.send(new HeadObjectCommand({ ...target, Key: key }), abort),
      );
      return true;
    } catch (error) {
      if (error instanceof S3Failure && error.reason === 'missing') return false;
      throw error;
    }
  }
}
