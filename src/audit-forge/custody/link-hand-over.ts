import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { wholeSeconds } from '../clock.js';
import { CustodyTrail } from './custody-trail.js';
import { signedUrlResponse, type SignedUrlFields } from '../dto/signed-url.response.js';
import { Presigner } from '../exports/presigner.js';
import type { ExportDone } from '../records/export-record.js';
import type { BucketLocation } from '../s3/s3-clients.js';

export interface LinkRequest {
  caller: Caller;
  requestId: string | null;
  /** Seconds. */
  expiresIn: number;
  /** null: the export has no record. */
  exportId: string | null;
  location: BucketLocation;
  signal: AbortSignal;
}

/** The last step of every export that leads to a link: sign it, and let the trail know before anybody has it. */
@Injectable()
export class LinkHandOver {
  constructor(
    private readonly presigner: Presigner,
    private readonly trail: CustodyTrail,
  ) {}

  /** What is known of an export, for who wants no link. */
  withoutLink(done: ExportDone, exportId: string): SignedUrlFields {
    return signedUrlResponse(done, null, exportId);
  }

  /** A log without an event has no link, and is not handed over. */
  async handOver(done: ExportDone, request: LinkRequest): Promise<SignedUrlFields> {
    const { caller, requestId, expiresIn, exportId, location, signal } = request;
    if (done.s3_key === null) return signedUrlResponse({ ...done, expires_in: expiresIn }, null, exportId);
    const object = { key: done.s3_key, versionId: done.s3_version_id };
    const link = await this.presigner.sign(location, object, expiresIn);
    await this.trail.write(
      {
        engagementId: done.engagement_id,
        caller,
        requestId,
        exportId,
        delivery: 'signed_url',
        format: done.format,
        s3Key: done.s3_key,
        s3VersionId: done.s3_version_id,
        sha256: done.sha256,
        eventCount: done.event_count,
        sizeBytes: done.size_bytes,
        link: { expiresAt: wholeSeconds(link.expiresAt) },
      },
      location,
      done.snapshot.last_key,
      signal,
    );
    return signedUrlResponse(done, link, exportId);
  }
}
