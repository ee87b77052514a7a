import './require-node.js';

const { provisionCommand } = await import('./provision/provision-command.js');
process.exitCode = await provisionCommand(process.argv.slice(2), process.env);
