import { fetchEntities } from './fetch-entities.ts';
import { fetchRoot } from './fetch-root.ts';
import type { Execution } from './execution-context.ts';
import type { PlanNode } from '../planning/plan.ts';

/** Executes a plan. Errors of subgraphs are added to the execution; rejects only for bugs and cancelled requests. */
export async function runPlan(node: PlanNode, execution: Execution): Promise<void> {
  switch (node.kind) {
    case 'Sequence':
      for (const child of node.nodes) await runPlan(child, execution);
      return;
    case 'Parallel':
      await Promise.all(node.nodes.map((child) => runPlan(child, execution)));
      return;
    case 'RootFetch':
      return fetchRoot(node, execution);
    case 'EntityFetch':
      return fetchEntities(node, execution);
  }
}
