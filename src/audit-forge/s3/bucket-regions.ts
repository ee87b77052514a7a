import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { Injectable } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { REGION_NAME } from '../names.js';
import { withRetries } from './retry.js';
import { S3Clients, type BucketLocation } from './s3-clients.js';
import { bucketTarget } from './s3-store.js';

const HEADER = 'x-amz-bucket-region';

/** Finds the region of a bucket whose record does not tell it, and remembers it. */
@Injectable()
export class BucketRegions {
  private readonly known = new Map<string, string | undefined>();

  constructor(
    private readonly clients: S3Clients,
    private readonly options: AuditForgeOptions,
  ) {}

  /** The location with its region. Where the store does not tell one, the service's own is used. */
  async locate(location: BucketLocation, signal: AbortSignal): Promise<BucketLocation> {
    const { bucket } = location;
    // The shared bucket's region is configured.
    if (location.region !== undefined || bucket === this.options.sharedBucket) return location;
    if (!this.known.has(bucket)) this.known.set(bucket, await this.find(location, signal));
    const region = this.known.get(bucket);
    return region === undefined ? location : { ...location, region };
  }

  /**
   * S3 names the region in every answer to HeadBucket, in refusals too (301 and 400 for a bucket of another
   * region, 403). https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
   */
  private async find(location: BucketLocation, signal: AbortSignal): Promise<string | undefined> {
    const renewCredentials = (usedAt: number) => this.clients.renewCredentials(location, usedAt);
    const head = () =>
      this.clients.for(location).send(new HeadBucketCommand(bucketTarget(location)), { abortSignal: signal });
    try {
      return wellFormed((await withRetries(head, { signal, renewCredentials })).BucketRegion);
    } catch (error) {
      signal.throwIfAborted();
      // What is wrong, if anything is, shows in the first call that needs the bucket.
      return wellFormed(headersOf(error)[HEADER]);
    }
  }
}

function headersOf(error: unknown): Record<string, string | undefined> {
  const { $response } = error as { $response?: { headers?: Record<string, string> } };
  return $response?.headers ?? {};
}

function wellFormed(region: string | undefined): string | undefined {
  return region !== undefined && REGION_NAME.test(region) ? region : undefined;
}
