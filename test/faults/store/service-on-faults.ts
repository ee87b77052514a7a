import { S3Client } from '@aws-sdk/client-s3';
import { AuditLogExporter } from '../../../src/audit-forge/audit-log-exporter.js';
import { FaultProxy } from '../../support/faults/fault-proxy.js';
import { Service } from '../../support/service.js';
import { openStoreInThread, type StoreInThread } from './store-in-thread.js';
import { Traffic } from './traffic.js';

/** The least that the service takes, so that large logs wait for each other. */
const MEMORY_MIB = '64';

/** The real service on a store behind a proxy that has faults. */
export class ServiceOnFaults {
  readonly traffic = new Traffic();
  /** Exports with a link that the service has not ended yet, by engagement. */
  readonly materializing = new Map<string, Promise<unknown>>();

  private constructor(
    private readonly store: StoreInThread,
    readonly proxy: FaultProxy,
    readonly service: Service,
    /** To the store itself, past the proxy. */
    readonly client: S3Client,
    readonly versionedBucket: string,
  ) {
    proxy.script = (request) => this.traffic.onRequest(request);
    this.watchExporter();
  }

  /** @param onLog gets each line of the service's log */
  static async start(onLog: (line: string) => void): Promise<ServiceOnFaults> {
    const store = await openStoreInThread();
    const proxy = await FaultProxy.start(store);
    const service = await Service.start({
      store: proxy.storeBehind,
      logTo: { write: onLog },
      logLevel: 'warn',
      environment: {
        AUDITFORGE_MEMORY_BUDGET_MIB: MEMORY_MIB,
        AUDITFORGE_STALL_SECONDS: '1',
        AUDITFORGE_CLIENT_IDLE_SECONDS: '5',
      },
    }).catch(async (error: unknown) => {
      await proxy.close();
      await store.close();
      throw error;
    });
    const client = new S3Client({ ...store.config, requestChecksumCalculation: 'WHEN_REQUIRED' });
    const versionedBucket = await store.makeBucket({ versioned: true });
    return new ServiceOnFaults(store, proxy, service, client, versionedBucket);
  }

  get sharedBucket(): string {
    return this.service.bucket;
  }

  /** What proxy, store and service remember of each request grows without an end otherwise. */
  forget(): void {
    this.proxy.requests.length = 0;
    this.proxy.applied.length = 0;
    this.store.forget();
    this.service.logs.length = 0;
  }

  async close(): Promise<void> {
    await this.service.close();
    this.client.destroy();
    await this.proxy.close();
    await this.store.close();
  }

  /** A client that has left does not see when its export ends: this does. */
  private watchExporter(): void {
    const exporter = this.service.nest.get(AuditLogExporter, { strict: false });
    const signedUrl = exporter.signedUrl.bind(exporter);
    exporter.signedUrl = (caller, request, context) => {
      const answer = signedUrl(caller, request, context);
      const { engagementId } = request;
      const ended = answer.then(
        () => this.materializing.delete(engagementId),
        () => this.materializing.delete(engagementId),
      );
      this.materializing.set(engagementId, ended);
      return answer;
    };
  }
}
