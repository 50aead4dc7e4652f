import { setImmediate as turn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/**
 * Graceful shutdown: closes idle connections, waits up to `graceMs` for requests in flight, then destroys the rest. Drains
 * the accept queue first, because a client that is cut off cannot tell whether its mutation was executed.
 */
export async function drainServer(app: FastifyInstance, graceMs: number): Promise<void> {
  // The first turn of the event loop accepts pending connections, the second reads their requests.
  await turn();
  await turn();
  const timer = setTimeout(() => app.server.closeAllConnections(), graceMs);
  await app.close();
  clearTimeout(timer);
}
