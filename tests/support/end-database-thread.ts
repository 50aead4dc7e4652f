import type { Worker } from 'node:worker_threads';

// Loaded into a product before its own modules: SIGUSR2 ends the thread of its database, in the middle of any work.

const threads: Worker[] = [];
process.on('worker', (worker) => {
  if ((worker as Worker & { threadName?: string }).threadName === 'database') threads.push(worker);
});
process.on('SIGUSR2', () => void threads.at(-1)?.terminate());
