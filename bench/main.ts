import { benchCommand } from './bench-command.js';

process.exitCode = await benchCommand(process.argv.slice(2), process.env);
