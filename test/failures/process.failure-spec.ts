import { openEmbeddedStore } from '../support/embedded-store.js';
import { describeProcessContract } from '../contracts/process/process.contract.js';

describeProcessContract('embedded', () => openEmbeddedStore());
