import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { StoreClock } from '../clock.js';
import type { Receiver } from './direct/connection.js';
import { DirectGets } from './direct/direct-gets.js';
import { requestTemplate } from './direct/request-template.js';
import { StoreRefusal } from './direct/store-refusal.js';
import { objectAnswer } from './object-answer.js';
import type { ObjectReceiver, ObjectRequest } from './object-request.js';
import { CONNECTION_TIMEOUT_MS, S3ClientFactory, S3Clients, type BucketLocation } from './s3-clients.js';
import { sdkGet } from './sdk-get.js';

/** The answer is right, but in a form that only the SDK reads. */
class OnlyForTheSdk extends Error {
  override readonly name = 'OnlyForTheSdk';
}

/**
 * Reads objects into memory that is made for them, one request and one try each. It sends plain GETs itself,
 * at a fifth of what the SDK costs (docs/performance.md). The SDK does it where a bucket takes more than a
 * plain signature, where an answer comes in another form, and for clients that a host makes.
 */
@Injectable()
export class ObjectGets implements OnApplicationShutdown {
  /** By location; undefined: the SDK does it. */
  private readonly direct = new Map<string, Promise<DirectGets | undefined>>();

  constructor(
    private readonly clients: S3Clients,
    private readonly factory: S3ClientFactory,
    private readonly clock: StoreClock,
    private readonly options: AuditForgeOptions,
  ) {}

  /**
   * Resolves when the whole body is in the receiver's memory.
   * @throws CutBody, Stalled, WrongAnswer, what the receiver throws, and errors that `reasonOf` knows
   */
  async get(
    location: BucketLocation,
    request: ObjectRequest,
    receiver: ObjectReceiver,
    signal: AbortSignal,
  ): Promise<void> {
    const client = this.clients.for(location);
    const direct = await this.directFor(location);
    if (direct !== undefined) {
      const credentials = await client.config.credentials();
      try {
        await direct.get(request, this.reader(receiver), credentials, this.clock.now(), signal);
        this.clients.traffic.answered('GetObject', request.range === undefined ? 200 : 206);
        return;
      } catch (error) {
        this.clients.traffic.failed('GetObject', error);
        if (error instanceof StoreRefusal) this.clock.observe(error.date);
        if (!(error instanceof OnlyForTheSdk)) throw error;
        this.direct.set(nameOf(location), Promise.resolve(undefined));
        direct.destroy();
      }
    }
    await sdkGet(client, location, request, receiver, this.options.stallSeconds, signal);
  }

  async onApplicationShutdown(): Promise<void> {
    for (const direct of this.direct.values()) (await direct)?.destroy();
  }

  private directFor(location: BucketLocation): Promise<DirectGets | undefined> {
    const name = nameOf(location);
    let direct = this.direct.get(name);
    if (direct === undefined) {
      direct = this.open(location);
      // What failed (no credentials, say) may work the next time.
      direct.catch(() => this.direct.delete(name));
      this.direct.set(name, direct);
    }
    return direct;
  }

  private async open(location: BucketLocation): Promise<DirectGets | undefined> {
    if (!this.factory.allowsDirectGets) return undefined;
    const template = await requestTemplate(this.clients.for(location), location.bucket);
    if (template === undefined) return undefined;
    const limits = { connectMs: CONNECTION_TIMEOUT_MS, stallMs: this.options.stallSeconds * 1000 };
    return new DirectGets(template, location.account, limits);
  }

  private reader(receiver: ObjectReceiver): Receiver {
    return {
      begin: ({ headers, contentLength }) => {
        this.clock.observe(headers.get('date'));
        if (contentLength === undefined) throw new OnlyForTheSdk('the length of the body is not given');
        return receiver.begin(objectAnswer(headers, contentLength));
      },
      received: (count) => receiver.received(count),
    };
  }
}

function nameOf({ bucket, region = '', account = '' }: BucketLocation): string {
  return `${region} ${account} ${bucket}`;
}
