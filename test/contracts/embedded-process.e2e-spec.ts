import { openEmbeddedStore } from '../support/embedded-store.js';
import { describeProcessContract } from './process/process.contract.js';

describeProcessContract('embedded', () => openEmbeddedStore());
