import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { StoreClock } from '../clock.js';
import { S3Traffic } from './s3-traffic.js';

/** A bucket and what is known of it. */
export interface BucketLocation {
  bucket: string;
  /** Default: the service's own region. */
  region?: string;
  /** The 12 digits of the account that must own it; goes with every call as `ExpectedBucketOwner`. */
  account?: string;
}

/** Makes S3 clients. A host may bind its own; it must keep what `config` says (a link's credentials, say). */
export abstract class S3ClientFactory {
  abstract create(config: S3ClientConfig): S3Client;

  /**
   * Whether plain GETs of shards may pass by its clients, over connections of the service's own. Only where
   * its clients do nothing that such a GET would lack: no middleware, no proxy, no certificates of their own.
   */
  get allowsDirectGets(): boolean {
    return false;
  }
}

@Injectable()
export class DefaultS3ClientFactory extends S3ClientFactory {
  create(config: S3ClientConfig): S3Client {
    return new S3Client(config);
  }

  override get allowsDirectGets(): boolean {
    return true;
  }
}

export const CONNECTION_TIMEOUT_MS = 5_000;
/** Sockets per store and region. Segment reads are bounded before this (see ReadBudget); the rest is small. */
const MAX_SOCKETS = 256;

interface Renewal {
  done: Promise<void>;
  /** By `performance.now()`; undefined while it is under way. */
  doneAt: number | undefined;
}

/** The one place where S3 clients are made: one per region, and short-lived ones that only sign. */
@Injectable()
export class S3Clients implements OnModuleInit, OnApplicationShutdown {
  readonly traffic = new S3Traffic();
  private readonly byRegion = new Map<string, S3Client>();
  private readonly renewals = new WeakMap<S3Client, Renewal>();

  constructor(
    private readonly options: AuditForgeOptions,
    private readonly factory: S3ClientFactory,
    private readonly clock: StoreClock,
  ) {}

  /** @throws Error when no region is set: no call would succeed */
  async onModuleInit(): Promise<void> {
    try {
      await this.for({ bucket: this.options.sharedBucket }).config.region();
    } catch (cause) {
      throw new Error('The region of the store is not known: set AWS_REGION.', { cause });
    }
  }

  for(location: BucketLocation): S3Client {
    const key = location.region ?? '';
    let client = this.byRegion.get(key);
    if (client === undefined) {
      client = this.factory.create(this.config(location));
      this.watch(client);
      this.byRegion.set(key, client);
    }
    return client;
  }

  /**
   * A client that signs links with just these credentials, for the address that clients use. It opens no
   * connection.
   */
  forLinks(location: BucketLocation, credentials: AwsCredentialIdentity): S3Client {
    const { s3PublicEndpoint, s3Endpoint } = this.options;
    return this.factory.create({
      ...this.config(location),
      ...endpointConfig(s3PublicEndpoint ?? s3Endpoint),
      credentials,
    });
  }

  /**
   * Asks for other credentials, since the store says that those of a try have ended. Many tries find out at
   * once: one renewal stands for all that began before it was done.
   *
   * @param usedAt when the try began, by `performance.now()`
   */
  async renewCredentials(location: BucketLocation, usedAt: number): Promise<void> {
    const client = this.for(location);
    const last = this.renewals.get(client);
    if (last !== undefined && (last.doneAt === undefined || last.doneAt > usedAt)) return last.done;
    const provider = client.config.credentials as (options: { forceRefresh: boolean }) => Promise<unknown>;
    const renewal: Renewal = {
      doneAt: undefined,
      done: provider({ forceRefresh: true })
        .then(() => undefined)
        .finally(() => (renewal.doneAt = performance.now())),
    };
    this.renewals.set(client, renewal);
    return renewal.done;
  }

  /** Not before: running exports may finish until then. */
  onApplicationShutdown(): void {
    for (const client of this.byRegion.values()) client.destroy();
    this.byRegion.clear();
  }

  private config(location: BucketLocation): S3ClientConfig {
    const { region, credentials, s3Endpoint, s3ForcePathStyle } = this.options;
    return {
      ...((location.region ?? region) === undefined ? {} : { region: location.region ?? region }),
      ...(credentials === undefined ? {} : { credentials }),
      ...endpointConfig(s3Endpoint),
      forcePathStyle: s3ForcePathStyle,
      // Otherwise the SDK adds checksum parameters to links, and hashes bodies a second time.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // Retries live in one place: retry.ts.
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: CONNECTION_TIMEOUT_MS,
        // Of an idle socket: a limit of the whole request would end a large part on a slow line.
        socketTimeout: this.options.stallSeconds * 1000,
        httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
        httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      },
    };
  }

  /** Counts what goes to the store, and learns the time from what comes back. */
  private watch(client: S3Client): void {
    client.middlewareStack.add(
      (next, { commandName = 'unknown' }) =>
        async (args) => {
          const operation = commandName.replace(/Command$/, '');
          try {
            const result = await next(args);
            const response = result.response as { statusCode: number; headers?: Record<string, string> };
            this.traffic.answered(operation, response.statusCode);
            this.clock.observe(response.headers?.['date']);
            return result;
          } catch (error) {
            this.traffic.failed(operation, error);
            throw error;
          }
        },
      { step: 'deserialize', name: 'watchTraffic', override: true },
    );
  }
}

function endpointConfig(endpoint: string | undefined): Pick<S3ClientConfig, 'endpoint'> {
  return endpoint === undefined ? {} : { endpoint };
}
