#!/usr/bin/env node
import '../require-node.js';

const { runProcess } = await import('./program.js');
await runProcess(process.argv.slice(2));
