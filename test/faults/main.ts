import { faultsCommand } from './faults-command.js';

// Not left to the event loop: what keeps it going after the end has been reported as a leak.
process.exit(await faultsCommand(process.argv.slice(2)));
