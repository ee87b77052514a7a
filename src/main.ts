import './require-node.js';

const { start } = await import('./start.js');
await start(process.env);
