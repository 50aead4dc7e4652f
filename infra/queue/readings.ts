import type { Reading } from '../metrics/metrics.ts';
import type { Queue } from './queue.ts';

/** Reads the number and age of waiting jobs; the same in every process. */
export async function waitingJobs(queue: Queue): Promise<Reading[]> {
  const waiting = await queue.waiting();
  return waiting.flatMap(({ queue: name, jobs, oldestSeconds }) => [
    { name: 'parley_queue_waiting_jobs', value: jobs, labels: { queue: name } } as const,
    { name: 'parley_queue_oldest_seconds', value: oldestSeconds, labels: { queue: name } } as const,
  ]);
}
