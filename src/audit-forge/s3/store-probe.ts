import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { Injectable } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { S3Clients } from './s3-clients.js';
import { reasonOf, S3Failure } from './s3-failure.js';
import { bucketTarget } from './s3-store.js';

/** Whether the shared bucket answers. */
@Injectable()
export class StoreProbe {
  constructor(
    private readonly clients: S3Clients,
    private readonly options: AuditForgeOptions,
  ) {}

  /** One request, and one try. @throws S3Failure */
  async reach(signal: AbortSignal): Promise<void> {
    const location = { bucket: this.options.sharedBucket };
    try {
      await this.clients
        .for(location)
        .send(new HeadBucketCommand(bucketTarget(location)), { abortSignal: signal });
    } catch (error) {
      // HEAD has no body that could say it otherwise: what is missing is the bucket.
      const reason = reasonOf(error) === 'missing' ? 'misconfigured' : reasonOf(error);
      throw new S3Failure(reason, error, { operation: 'HeadBucket', ...location });
    }
  }
}
