import type { FastifyInstance } from 'fastify';

/** Resolves while the part answers. */
export type Check = () => Promise<unknown>;

const PATIENCE_MS = 2_000;

/** `/health/live`: the process answers. `/health/ready`: so do the parts it needs, and it is not about to stop. */
export function addHealth(app: FastifyInstance, checks: Record<string, Check>, isStopping: () => boolean): void {
  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    const names = Object.keys(checks);
    const states = await Promise.all(Object.values(checks).map(answers));
    const parts = Object.fromEntries(names.map((name, position) => [name, states[position] ? 'up' : 'down']));
    const isReady = !isStopping() && states.every(Boolean);
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : isStopping() ? 'stopping' : 'not ready', parts });
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
