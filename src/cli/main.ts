#!/usr/bin/env node
import '../require-node.js';

const { runProgram } = await import('./program.js');
process.exitCode = await runProgram(process.argv.slice(2), process.env);
