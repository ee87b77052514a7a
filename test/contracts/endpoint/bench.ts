import type { Service } from '../../support/service.js';
import type { StoreUnderTest } from '../store-under-test.js';

/** What the specs share: a store, and a service on a bucket of it. */
export interface Bench {
  store: StoreUnderTest;
  service: Service;
}
