import { describeEndpointContract } from '../contracts/endpoint/endpoint.contract.js';
import { describeStoreContract } from '../contracts/store/store.contract.js';
import { openCephStore } from './ceph-store.js';

describeStoreContract('ceph', openCephStore);
describeEndpointContract('ceph', openCephStore);
