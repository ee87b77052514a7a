import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import type { Provider } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AppOverrides } from '../../src/app.module.js';
import type { AuditForgeOptions } from '../../src/audit-forge/audit-forge.options.js';
import { StoreClock } from '../../src/audit-forge/clock.js';
import type { Engagement } from '../../src/audit-forge/engagements/engagement.js';
import { EngagementStore } from '../../src/audit-forge/engagements/engagement-store.js';
import { Presigner } from '../../src/audit-forge/exports/presigner.js';
import { S3Clients } from '../../src/audit-forge/s3/s3-clients.js';
import { readEnvironment } from '../../src/config/environment.js';
import { createApp } from '../../src/create-app.js';
import { listen } from '../../src/listen.js';
import type { StoreUnderTest } from '../contracts/store-under-test.js';
import { send, type HttpAnswer } from './http-client.js';
import { LogLeaks } from './log-leaks.js';
import { ADMIN_TOKEN, SESSION_SECRET } from './session-tokens.js';

export interface ServiceOptions extends AppOverrides {
  store: StoreUnderTest;
  versioned?: boolean;
  /** One that another service has, or had. Default: a new one. */
  bucket?: string;
  /** Default: the store's own. */
  credentials?: AuditForgeOptions['credentials'];
  /** Further variables of the environment. */
  environment?: Record<string, string>;
}

export interface LogLine {
  msg?: string;
  level: number;
  [field: string]: unknown;
}

/**
 * The first application of a process decides where all of them log, so every line goes to every service that
 * is running.
 */
const running = new Set<Service>();
const logSink = {
  write: (line: string) => {
    for (const { logs, leaks } of running) {
      leaks.watch(line);
      logs.push(JSON.parse(line) as LogLine);
    }
  },
};

function recordOf(id: string): Engagement {
  return {
    id,
    name: `Engagement ${id}`,
    status: 'active',
    source_bucket: null,
    source_region: null,
    created_at: '2026-05-01T09:00:00Z',
  };
}

/** The real application on a real store, over HTTP. */
export class Service {
  readonly logs: LogLine[] = [];
  /** Failures 36: looks at every line of every test. */
  readonly leaks = new LogLeaks();
  readonly client: S3Client;
  url = '';

  private constructor(
    readonly store: StoreUnderTest,
    readonly bucket: string,
    private app: NestExpressApplication | undefined,
  ) {
    this.client = new S3Client({ ...store.config, requestChecksumCalculation: 'WHEN_REQUIRED' });
  }

  static async start({
    store,
    versioned,
    bucket: given,
    credentials,
    environment = {},
    ...overrides
  }: ServiceOptions): Promise<Service> {
    const bucket = given ?? (await store.makeBucket({ versioned: versioned ?? false }));
    const service = new Service(store, bucket, undefined);
    const settings = readEnvironment({
      AUDITFORGE_SHARED_BUCKET: bucket,
      AUDITFORGE_ADMIN_TOKENS: `ops:${ADMIN_TOKEN}`,
      AUDITFORGE_SESSION_SECRET: SESSION_SECRET,
      AUDITFORGE_S3_ENDPOINT: store.config.endpoint,
      AUDITFORGE_S3_FORCE_PATH_STYLE: String(store.config.forcePathStyle),
      AWS_REGION: store.config.region,
      ...environment,
    });
    settings.auditForge.credentials = credentials ?? store.config.credentials;
    running.add(service);
    const app = await createApp(settings, { logTo: logSink, logLevel: 'debug', ...overrides });
    await listen(app, { ...settings, host: '127.0.0.1', port: 0 });
    service.app = app;
    service.url = await app.getUrl();
    return service;
  }

  /** Binds engagements that lie in no store: each a record without what all of them have. */
  static engagements(records: Record<string, Partial<Engagement>>): Provider {
    const find = async (id: string): Promise<Engagement | null> =>
      records[id] === undefined ? null : { ...recordOf(id), ...records[id] };
    return { provide: EngagementStore, useValue: { find } };
  }

  get nest(): NestExpressApplication {
    return this.app!;
  }

  /** GET as the admin, unless the headers say otherwise. */
  get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<HttpAnswer> {
    return send(this.url + path, { method, headers: { 'x-admin-token': ADMIN_TOKEN, ...headers } });
  }

  log(engagement: string, query = '', headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return this.get(
      `/auditforge/engagement/${engagement}/audit-log${query === '' ? '' : `?${query}`}`,
      headers,
    );
  }

  async putEngagement(id: string, record: Record<string, unknown> = {}): Promise<void> {
    await this.put(`auditforge/engagements/${id}.json`, JSON.stringify({ ...recordOf(id), ...record }));
  }

  async putShard(
    engagement: string,
    name: string,
    body: string | Buffer,
    more: Partial<PutObjectCommandInput> = {},
  ) {
    await this.put(`auditforge/audit/${engagement}/${name}`, body, more);
  }

  /** An engagement and its shards, put side by side. */
  async seed(engagement: string, shards: Record<string, string | Buffer>, record = {}): Promise<void> {
    await this.putEngagement(engagement, record);
    const left = Object.entries(shards);
    const worker = async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop())
        await this.putShard(engagement, ...next);
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  }

  async put(key: string, body: string | Buffer, more: Partial<PutObjectCommandInput> = {}): Promise<void> {
    const sized = { Body: body, ContentLength: Buffer.byteLength(body) };
    await this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, ...sized, ...more }));
  }

  async read(key: string, bucket = this.bucket): Promise<{ body: Buffer; headers: Record<string, unknown> }> {
    const { Body, ...headers } = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { body: Buffer.from(await Body!.transformToByteArray()), headers };
  }

  /** The first 1,000 keys that begin so. */
  async keys(prefix: string, bucket = this.bucket): Promise<string[]> {
    const { Contents } = await this.client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return (Contents ?? []).map(({ Key }) => Key!);
  }

  /** Keys of all exports in the bucket. */
  exports(bucket = this.bucket): Promise<string[]> {
    return this.keys('auditforge/exports/', bucket);
  }

  /** Keys of the exports of one engagement. */
  async exportsOf(engagement: string): Promise<string[]> {
    const pattern = new RegExp(`^auditforge/exports/${engagement}-\\d{8}T\\d{6}Z\\.`);
    return (await this.exports()).filter((key) => pattern.test(key));
  }

  /** A link as the service would have signed it at that time. */
  async signedAt(
    at: Date,
    object: { key: string; versionId: string | null },
    expiresIn: number,
  ): Promise<string> {
    const clock = new StoreClock({ now: () => at });
    const presigner = new Presigner(this.nest.get(S3Clients, { strict: false }), clock);
    return (await presigner.sign({ bucket: this.bucket }, object, expiresIn)).url;
  }

  async openUploads(): Promise<number> {
    const { Uploads } = await this.client.send(new ListMultipartUploadsCommand({ Bucket: this.bucket }));
    return Uploads?.length ?? 0;
  }

  logged(msg: string): LogLine[] {
    return this.logs.filter((line) => line.msg === msg);
  }

  async close(): Promise<void> {
    running.delete(this);
    this.client.destroy();
    await this.app?.close();
    this.leaks.expectNone();
  }
}
