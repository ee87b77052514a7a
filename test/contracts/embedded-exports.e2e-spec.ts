import { openEmbeddedStore } from '../support/embedded-store.js';
import { describeTwoRuns } from './exports/two-runs.contract.js';

describeTwoRuns('embedded', openEmbeddedStore);
