import { describeProcessContract } from '../contracts/process/process.contract.js';
import { openCephStore } from './ceph-store.js';

describeProcessContract('ceph', openCephStore);
