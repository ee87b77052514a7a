import { openEmbeddedStore, type EmbeddedStore } from '../embedded-store.js';
import { Service, type ServiceOptions } from '../service.js';
import { FaultProxy } from './fault-proxy.js';

export interface FaultyService {
  store: EmbeddedStore;
  proxy: FaultProxy;
  service: Service;
  /** All three, in the order in which nothing of one is left for another. */
  close: () => Promise<void>;
}

/** The real application on an embedded store, with a proxy between them that does what its script says. */
export async function startFaulty(options: Omit<ServiceOptions, 'store'> = {}): Promise<FaultyService> {
  const store = await openEmbeddedStore();
  const proxy = await FaultProxy.start(store);
  const service = await Service.start({ store: proxy.storeBehind, ...options });
  const close = async () => {
    await service.close();
    await proxy.close();
    await store.close();
  };
  return { store, proxy, service, close };
}
