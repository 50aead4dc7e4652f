import { setImmediate as turn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/**
 * Closes what is idle, lets what is under way end, and cuts off what has not ended after `patienceMs`. What has
 * reached this machine by then is read first, and answered: who is cut off cannot know that nothing was done.
 */
export async function drainServer(app: FastifyInstance, patienceMs: number): Promise<void> {
  // Connections that wait to be taken are taken in the first turn of the event loop, what they brought is read in the second.
  await turn();
  await turn();
  const patience = setTimeout(() => app.server.closeAllConnections(), patienceMs);
  await app.close();
  clearTimeout(patience);
}
