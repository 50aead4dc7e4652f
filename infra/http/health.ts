import type { FastifyInstance } from 'fastify';
import { withTimeout } from '../async/timeout.ts';

/** Resolves if the dependency responds. */
export type Check = () => Promise<unknown>;

const TIMEOUT_MS = 2_000;

export interface Checks {
  /** Dependencies that every request needs. */
  vital: Record<string, Check>;
  /** Dependencies of some features. They do not affect readiness, or a load balancer would take down all features. */
  others?: Record<string, Check>;
}

/**
 * `/health/live`: the process responds. `/health/ready`: the vital dependencies respond, too, and the process is not
 * stopping. The body lists all dependencies; the status is `degraded` if only others are down.
 */
export function addHealth(app: FastifyInstance, { vital, others = {} }: Checks, isStopping: () => boolean): void {
  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    const checks = Object.entries({ ...vital, ...others });
    const states = await Promise.all(checks.map(async ([name, check]) => [name, (await answers(check)) ? 'up' : 'down'] as const));
    const parts = Object.fromEntries(states);
    const isReady = !isStopping() && Object.keys(vital).every((name) => parts[name] === 'up');
    const isWhole = states.every(([, state]) => state === 'up');
    const status = isReady ? (isWhole ? 'ready' : 'degraded') : isStopping() ? 'stopping' : 'not ready';
    return reply.code(isReady ? 200 : 503).send({ status, parts });
  });
}

function answers(check: Check): Promise<boolean> {
  const answer = (async () => check())().then(
    () => true,
    () => false,
  );
  return withTimeout(answer, TIMEOUT_MS, false);
}
