import '../require-node.js';

const { demoCommand } = await import('./demo-command.js');
// What a cut-off export may still hold open must not keep the demo alive.
process.exit(await demoCommand(process.argv.slice(2), process.env));
