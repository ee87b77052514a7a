import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Redis } from 'ioredis';
import { NO_RATES } from '../support/no-rates.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import type { StoreRequest } from '../support/faults/fault.js';
import { FaultProxy } from '../support/faults/fault-proxy.js';
import { send, type HttpAnswer } from '../support/http-client.js';
import { ServiceProcess } from '../support/service-process.js';
import { ADMIN_TOKEN, SESSION_SECRET } from '../support/session-tokens.js';
import { RedisServer } from './redis-server.js';
import { WorkerProcess } from './worker-process.js';

export interface State {
  export_id: string;
  state: string;
  progress?: { shards: { done: number; total: number }; bytes: { done: number; total: number } };
  s3_key?: string;
  signed_url?: string;
  code?: string;
}

/** Instances and workers as processes, on one Redis and one store whose answers can be held back. */
export class Fleet {
  private readonly processes: Array<ServiceProcess | WorkerProcess> = [];
  private readonly gates: Array<() => void> = [];

  private constructor(
    readonly store: EmbeddedStore,
    readonly proxy: FaultProxy,
    readonly redis: RedisServer,
    readonly bucket: string,
    private readonly client: S3Client,
  ) {}

  static async open(redis?: RedisServer): Promise<Fleet> {
    const store = await openEmbeddedStore();
    const proxy = await FaultProxy.start(store);
    const client = new S3Client({ ...store.config, requestChecksumCalculation: 'WHEN_REQUIRED' });
    return new Fleet(store, proxy, redis ?? (await RedisServer.start()), await store.makeBucket(), client);
  }

  async instance(environment: Record<string, string> = {}): Promise<ServiceProcess> {
    const service = await ServiceProcess.start({
      store: this.proxy.storeBehind,
      bucket: this.bucket,
      environment: { AUDITFORGE_REDIS_URL: this.redis.url, ...NO_RATES, ...environment },
    });
    this.processes.push(service);
    return service;
  }

  worker(environment: Record<string, string> = {}): Promise<WorkerProcess> {
    const { config } = this.store;
    const worker = new WorkerProcess({
      AUDITFORGE_SHARED_BUCKET: this.bucket,
      AUDITFORGE_SESSION_SECRET: SESSION_SECRET,
      AUDITFORGE_S3_ENDPOINT: this.proxy.endpoint,
      AUDITFORGE_S3_FORCE_PATH_STYLE: String(config.forcePathStyle),
      AUDITFORGE_REDIS_URL: this.redis.url,
      AWS_REGION: config.region,
      AWS_ACCESS_KEY_ID: config.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: config.credentials.secretAccessKey,
      ...environment,
    });
    this.processes.push(worker);
    return worker.started();
  }

  /** Holds back requests of this kind, those that come now too, until it is opened. @returns what opens it */
  hold(which: (request: StoreRequest) => boolean): { held: StoreRequest[]; open: () => void } {
    const gate = Promise.withResolvers<undefined>();
    const held: StoreRequest[] = [];
    this.proxy.script = (request) => {
      if (!which(request)) return undefined;
      held.push(request);
      return gate.promise;
    };
    const open = () => {
      this.proxy.script = () => undefined;
      gate.resolve(undefined);
    };
    this.gates.push(open);
    return { held, open };
  }

  async seed(engagement: string, shards: Record<string, string>): Promise<void> {
    const record = { id: engagement, name: engagement, status: 'active', source_bucket: null };
    const full = { ...record, source_region: null, created_at: '2026-05-01T09:00:00Z' };
    await this.put(`auditforge/engagements/${engagement}.json`, JSON.stringify(full));
    for (const [name, body] of Object.entries(shards))
      await this.put(`auditforge/audit/${engagement}/${name}`, body);
  }

  post(
    { url }: { url: string },
    engagement: string,
    headers: Record<string, string> = {},
    body: object = { format: 'jsonl' },
  ): Promise<HttpAnswer> {
    const as = 'authorization' in headers ? {} : { 'x-admin-token': ADMIN_TOKEN };
    return send(`${url}/auditforge/engagement/${engagement}/audit-log/exports`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...as, ...headers },
      body: JSON.stringify(body),
    });
  }

  at({ url }: { url: string }, engagement: string, exportId: string, method = 'GET'): Promise<HttpAnswer> {
    return send(`${url}/auditforge/engagement/${engagement}/audit-log/exports/${exportId}`, {
      method,
      headers: { 'x-admin-token': ADMIN_TOKEN },
    });
  }

  async state(service: { url: string }, engagement: string, exportId: string): Promise<State> {
    return (await this.at(service, engagement, exportId)).json<State>();
  }

  /** Every key of the store that begins so. */
  async keys(prefix: string): Promise<string[]> {
    const { Contents } = await this.client.send(
      new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix }),
    );
    return (Contents ?? []).map(({ Key }) => Key!);
  }

  /** What the records of an export are, by their endings. */
  async records(engagement: string, exportId: string): Promise<string[]> {
    const prefix = `auditforge/export-records/${engagement}/${exportId}`;
    return (await this.keys(prefix)).map((key) => key.slice(prefix.length));
  }

  async read(key: string): Promise<string> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return Body!.transformToString();
  }

  async uploads(): Promise<string[]> {
    const { Uploads } = await this.client.send(new ListMultipartUploadsCommand({ Bucket: this.bucket }));
    return (Uploads ?? []).map(({ UploadId }) => UploadId!);
  }

  /** Every key and value in Redis, as text. */
  async dump(): Promise<string> {
    const redis = new Redis(this.redis.url);
    const found: string[] = [];
    for (const key of await redis.keys('*')) {
      const read: Record<string, () => Promise<unknown>> = {
        string: () => redis.get(key),
        hash: () => redis.hgetall(key),
        list: () => redis.lrange(key, 0, -1),
        set: () => redis.smembers(key),
        zset: () => redis.zrange(key, '0', '-1'),
        stream: () => redis.xrange(key, '-', '+'),
      };
      found.push(`${key} ${JSON.stringify(await read[await redis.type(key)]?.())}`);
    }
    redis.disconnect();
    return found.join('\n');
  }

  async close(): Promise<void> {
    for (const open of this.gates) open();
    for (const process of this.processes) await process.close();
    await this.redis.stop();
    this.client.destroy();
    await this.proxy.close();
    await this.store.close();
  }

  private async put(key: string, body: string): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body }));
  }
}
