import { openEmbeddedStore } from '../support/embedded-store.js';
import { describeStoreContract } from './store/store.contract.js';

describeStoreContract('embedded', () => openEmbeddedStore());
