import type { Browser } from 'playwright-core';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import type { StoreRequest } from '../../support/faults/fault.js';
import { FaultProxy } from '../../support/faults/fault-proxy.js';
import { ServiceProcess } from '../../support/service-process.js';
import { launchChromium } from './chromium.js';
import { Clipboard } from './clipboard.js';
import { Shelf } from './shelf.js';
import { Visit, type VisitOptions } from './visit.js';

/** The built service on an embedded store, with a proxy between them for what stores do wrong, and a browser. */
export class Stage {
  private visits: Visit[] = [];

  private constructor(
    readonly store: EmbeddedStore,
    readonly proxy: FaultProxy,
    readonly shelf: Shelf,
    readonly service: ServiceProcess,
    readonly browser: Browser,
    readonly clipboard: Clipboard,
    private readonly running: AsyncDisposableStack,
  ) {}

  static async open(environment: Record<string, string> = {}): Promise<Stage> {
    const running = new AsyncDisposableStack();
    try {
      const store = await openEmbeddedStore();
      running.defer(() => store.close());
      const proxy = await FaultProxy.start(store);
      running.defer(() => proxy.close());
      const bucket = await store.makeBucket({ versioned: true });
      const shelf = new Shelf(store, bucket);
      running.defer(() => shelf.close());
      const service = await ServiceProcess.start({
        store: proxy.storeBehind,
        bucket,
        environment: { AUDITFORGE_INSECURE_COOKIE: 'true', ...environment },
      });
      running.defer(() => service.close());
      const browser = await launchChromium();
      running.defer(() => browser.close());
      const clipboard = await Clipboard.of(browser, service.url);
      return new Stage(store, proxy, shelf, service, browser, clipboard, running);
    } catch (error) {
      await running.disposeAsync();
      throw error;
    }
  }

  get url(): string {
    return this.service.url;
  }

  /** A visitor with a profile of their own. */
  async visit(options: VisitOptions = {}): Promise<Visit> {
    const visit = await Visit.begin(this.browser, this.url, options);
    this.visits.push(visit);
    return visit;
  }

  /** Ends all visits, whatever becomes of each, and makes the store sound again. @throws Error for what browsers complain about */
  async endVisits(): Promise<void> {
    const ended = await Promise.allSettled(this.visits.splice(0).map((visit) => visit.end()));
    this.proxy.reset();
    for (const result of ended) if (result.status === 'rejected') throw result.reason;
  }

  /** Holds the listing of shards back, so that exports take until they are released. */
  holdExports(): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.proxy.script = (request) => (listsShards(request) ? promise : undefined);
    return () => {
      this.proxy.script = () => undefined;
      resolve(undefined);
    };
  }

  /** Names of the exports of an engagement, as they were put. */
  exportsOf(id: string): string[] {
    return this.proxy.requests
      .filter(({ operation }) => operation === 'PutObject' || operation === 'CompleteMultipartUpload')
      .map(({ key }) => key)
      .filter((key) => key.startsWith(`auditforge/exports/${id}-`));
  }

  /** How many exports of an engagement are at the listing of its shards, or have been. */
  begunOf(id: string): number {
    return this.proxy.requests.filter(
      (request) => listsShards(request) && request.query.get('prefix')!.includes(`/${id}/`),
    ).length;
  }

  /** How many of its exports the service has put on record as cancelled. */
  cancelledOf(id: string): number {
    return this.proxy.requests.filter(
      ({ operation, key }) =>
        operation === 'PutObject' &&
        key.startsWith(`auditforge/export-records/${id}/`) &&
        key.endsWith('.cancelled.json'),
    ).length;
  }

  close(): Promise<void> {
    return this.running.disposeAsync();
  }
}

/** Whether an export begins with this request. */
export function listsShards({ operation, query }: StoreRequest): boolean {
  return operation === 'ListObjectsV2' && query.get('prefix')?.startsWith('auditforge/audit/') === true;
}
