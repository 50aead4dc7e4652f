import type { FastifyInstance } from 'fastify';

/** Resolves while the part answers. */
export type Check = () => Promise<unknown>;

const PATIENCE_MS = 2_000;

export interface Checks {
  /** Without one of these nothing can be answered. */
  vital: Record<string, Check>;
  /** Without these only something is missing: a balancer that took it for an end would end the rest, too. */
  others?: Record<string, Check>;
}

/**
 * `/health/live`: the process answers. `/health/ready`: so do the parts that it cannot do without, and it is not
 * about to stop; the answer names each part, and says `degraded` when one of the others is down.
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

async function answers(check: Check): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => (timer = setTimeout(reject, PATIENCE_MS, new Error('no answer in time'))));
  try {
    await Promise.race([check(), patience]);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
