import './require-node.js';

const { startWorker } = await import('./start-worker.js');
await startWorker(process.env);
