import { composeFiles } from '../../../gateway/compose.ts';
import { loadPlanner } from '../../../gateway/planner.ts';
import type { Log } from '../../../infra/log.ts';

/** A process of its own on a platform for which no native addon was built; writes which planner it got, and what it warned of. */
process.dlopen = () => {
  throw new Error('wrong ELF class');
};

const warnings: unknown[] = [];
const makePlanner = await loadPlanner('hive', { warn: (_: unknown, message: string) => warnings.push(message) } as unknown as Log);
const planner = makePlanner(composeFiles({ only: 'type Query { field: Int }' })['supergraph.graphql']!);
process.stdout.write(JSON.stringify({ planner: planner.constructor.name, plan: planner.plan('{ field }'), warnings }));
