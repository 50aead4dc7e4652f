import type { Order, PlanOrder, PlanReply, Reply } from './messages.ts';
import type { Engine, PlannerName } from './planner.ts';

/**
 * Entry point of the planning process. Plans one document at a time for its parent. It has no settings or secrets, only
 * schemas, and may be killed at any time.
 */
const supergraphs = new Map<number, { sdl: string; engines: Map<PlannerName, Engine> }>();

async function handle(order: Order): Promise<void> {
  if (order.kind === 'supergraph') supergraphs.set(order.id, { sdl: order.sdl, engines: new Map() });
  else if (order.kind === 'forget') supergraphs.delete(order.id);
  else send({ ...(await planned(order)), rssBytes: process.memoryUsage.rss() });
}

async function planned({ supergraph: id, engine: name, query }: PlanOrder) {
  let made: Engine | 'missing';
  try {
    made = await engineOf(id, name);
    if (made === 'missing') return { kind: 'missing', reason: missing } as const;
    const plan = made.plan(query);
    return plan ? ({ kind: 'planned', plan } as const) : ({ kind: 'refused', reason: 'the plan is empty' } as const);
  } catch (error) {
    return { kind: 'refused', reason: reasonOf(error) } as const;
  }
}

let missing = '';

async function engineOf(id: number, name: PlannerName): Promise<Engine | 'missing'> {
  const supergraph = supergraphs.get(id);
  if (!supergraph) throw new Error('the supergraph is not known');
  let engine = supergraph.engines.get(name);
  if (engine) return engine;
  if (name === 'hive') {
    const native = await import('./hive.ts').catch((error: unknown) => void (missing = reasonOf(error)));
    if (!native) return 'missing';
    engine = new native.HivePlanner(supergraph.sdl);
  } else {
    const { ApolloPlanner } = await import('./apollo.ts');
    engine = new ApolloPlanner(supergraph.sdl);
  }
  supergraph.engines.set(name, engine);
  return engine;
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
}

function send(reply: Reply | PlanReply): void {
  process.send?.(reply);
}

// Terminals and service managers signal the whole process group, but the parent still needs plans while it drains.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit());
let turn = Promise.resolve();
process.on('message', (order: Order) => void (turn = turn.then(() => handle(order))));
send({ kind: 'ready' });
