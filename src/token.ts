import './require-node.js';

const { tokenCommand } = await import('./token-command.js');
process.exitCode = await tokenCommand(process.argv.slice(2), process.env);
