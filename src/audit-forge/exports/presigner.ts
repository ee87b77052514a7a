import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { Injectable } from '@nestjs/common';
import { StoreClock } from '../clock.js';
import { S3Clients, type BucketLocation } from '../s3/s3-clients.js';
import { S3Failure } from '../s3/s3-failure.js';

export interface SignedLink {
  url: string;
  /** When the store stops honouring it, from the signature's own date. */
  expiresAt: Date;
  /** Seconds from the signature to `expiresAt`. */
  expiresIn: number;
  /** The credentials that signed it end before the time asked for. */
  limitedByCredentials: boolean;
}

type CredentialProvider = (options?: { forceRefresh?: boolean }) => Promise<AwsCredentialIdentity>;

/** Signs links. Knows links and credentials, nothing of logs. */
@Injectable()
export class Presigner {
  constructor(
    private readonly clients: S3Clients,
    private readonly clock: StoreClock,
  ) {}

  /**
   * A SigV4 link to GET one object, and one version of it where there is one, with only `host` signed.
   *
   * The store honours a link no longer than the credentials that signed it, whatever the link says. So
   * credentials that end first are refreshed; if they still do, the shorter time is what the link gets.
   *
   * @param expiresIn seconds
   * @throws S3Failure `storage_access_denied` when there are no valid credentials
   */
  async sign(
    location: BucketLocation,
    object: { key: string; versionId: string | null },
    expiresIn: number,
  ): Promise<SignedLink> {
    const signingDate = wholeSecond(this.clock.now());
    const credentials = await this.credentialsFor(location, signingDate.getTime() + expiresIn * 1000);
    const lifetime = secondsLeft(credentials, signingDate);
    if (lifetime < 1) throw this.noCredentials(location, new Error('the credentials have expired'));
    const seconds = Math.min(expiresIn, lifetime);
    const client = this.clients.forLinks(location, credentials);
    try {
      const command = new GetObjectCommand({
        Bucket: location.bucket,
        Key: object.key,
        ...(object.versionId === null ? {} : { VersionId: object.versionId }),
      });
      const url = await getSignedUrl(client, command, { signingDate, expiresIn: seconds });
      return { url, expiresAt: expiryOf(url), expiresIn: seconds, limitedByCredentials: seconds < expiresIn };
    } finally {
      client.destroy();
    }
  }

  private async credentialsFor(location: BucketLocation, untilMs: number): Promise<AwsCredentialIdentity> {
    const provider = this.clients.for(location).config.credentials as CredentialProvider;
    let credentials: AwsCredentialIdentity;
    try {
      credentials = await provider();
    } catch (error) {
      throw this.noCredentials(location, error);
    }
    if (endOf(credentials) >= untilMs) return credentials;
    try {
      const refreshed = await provider({ forceRefresh: true });
      return endOf(refreshed) > endOf(credentials) ? refreshed : credentials;
    } catch {
      // Those at hand are still good, only not for as long.
      return credentials;
    }
  }

  private noCredentials({ bucket }: BucketLocation, cause: unknown): S3Failure {
    return new S3Failure('access_denied', cause, { operation: 'sign a link', bucket });
  }
}

/** The end of a link, from what it says itself: `X-Amz-Date` and `X-Amz-Expires`. */
function expiryOf(link: string): Date {
  const query = new URL(link).searchParams;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '') ?? [];
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return new Date(signedAt + Number(query.get('X-Amz-Expires')) * 1000);
}

/** Milliseconds since 1970; infinite where they do not end. */
export function endOf({ expiration }: AwsCredentialIdentity): number {
  return expiration?.getTime() ?? Number.POSITIVE_INFINITY;
}

function secondsLeft(credentials: AwsCredentialIdentity, from: Date): number {
  return Math.floor((endOf(credentials) - from.getTime()) / 1000);
}

function wholeSecond(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
