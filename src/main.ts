import './require-node.js';

const { runProcess } = await import('./cli/program.js');
await runProcess(['serve', ...process.argv.slice(2)]);
