import type { Worker } from 'node:worker_threads';

// Loaded into a product before its own modules: on SIGUSR2 the thread of its database dies, in the middle of whatever it does.

const threads: Worker[] = [];
process.on('worker', (worker) => {
  if ((worker as Worker & { threadName?: string }).threadName === 'database') threads.push(worker);
});
process.on('SIGUSR2', () => void threads.at(-1)?.terminate());
