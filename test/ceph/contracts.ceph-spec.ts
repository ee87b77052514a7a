import { describeEndpointContract } from '../contracts/endpoint/endpoint.contract.js';
import { describeTwoRuns } from '../contracts/exports/two-runs.contract.js';
import { describeStoreContract } from '../contracts/store/store.contract.js';
import { openCephStore } from './ceph-store.js';

describeStoreContract('ceph', openCephStore);
describeEndpointContract('ceph', openCephStore);
describeTwoRuns('ceph', openCephStore);
