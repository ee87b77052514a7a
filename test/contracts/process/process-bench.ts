import { FaultProxy } from '../../support/faults/fault-proxy.js';
import { ServiceProcess } from '../../support/service-process.js';
import { until } from '../../support/until.js';
import type { StoreUnderTest } from '../store-under-test.js';
import { LogBucket } from './log-bucket.js';

/** What each test has: a bucket of its own, and a proxy through which the service reaches the store. */
export class ProcessBench {
  store!: StoreUnderTest;
  proxy!: FaultProxy;
  bucket!: LogBucket;
  private readonly started: ServiceProcess[] = [];

  async start(environment: Record<string, string> = {}): Promise<ServiceProcess> {
    const service = await ServiceProcess.start({
      store: this.proxy.storeBehind,
      bucket: this.bucket.name,
      // What a test holds back is no stall.
      environment: { AUDITFORGE_STALL_SECONDS: '120', ...environment },
    });
    this.started.push(service);
    return service;
  }

  /** Resolves when the store has had nothing to do for a second. */
  async quiet(): Promise<void> {
    let seen = -1;
    let since = Date.now();
    await until(() => {
      if (seen !== this.proxy.requests.length || this.proxy.active > 0) since = Date.now();
      seen = this.proxy.requests.length;
      return Date.now() - since > 1_000;
    });
  }

  async open(): Promise<void> {
    this.proxy = await FaultProxy.start(this.store);
    this.bucket = await LogBucket.make(this.store);
  }

  async close(): Promise<void> {
    await Promise.all(this.started.splice(0).map((service) => service.close()));
    await this.proxy.close();
    this.bucket.close();
  }
}
