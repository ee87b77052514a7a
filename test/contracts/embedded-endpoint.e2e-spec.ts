import { openEmbeddedStore } from '../support/embedded-store.js';
import { describeEndpointContract } from './endpoint/endpoint.contract.js';

describeEndpointContract('embedded', () => openEmbeddedStore());
