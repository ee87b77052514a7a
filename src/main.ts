import './require-node.js';

const { runProgram } = await import('./cli/program.js');
process.exitCode = await runProgram(['serve', ...process.argv.slice(2)], process.env);
