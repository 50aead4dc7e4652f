import '../server/apollo-reporting.ts';
import { operationFromDocument, Supergraph, type Schema } from '@apollo/federation-internals';
import {
  QueryPlanner,
  type FetchDataRewrite,
  type FetchNode,
  type PlanNode as ApolloNode,
  type QueryPlanSelectionNode,
} from '@apollo/query-planner';
import { parse } from 'graphql';
import { group, type Path, type Plan, type PlanNode, type Requirement, type Rewrite, type RootFetch } from './plan.ts';
import type { Engine } from './planner.ts';

const EACH_ITEM = '@';
const FRAGMENT = '... on ';

/** Apollo's planner. Slower, but written in JavaScript, so it runs on every platform. */
export class ApolloPlanner implements Engine {
  readonly #planner: QueryPlanner;
  readonly #api: Schema;

  constructor(supergraphSdl: string) {
    const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: false });
    this.#planner = new QueryPlanner(supergraph);
    this.#api = supergraph.apiSchema();
  }

  plan(query: string): Plan | undefined {
    const operation = operationFromDocument(this.#api, parse(query));
    const { node } = this.#planner.buildQueryPlan(operation);
    if (!node) return undefined;
    if (node.kind !== 'Subscription') return toNode(node, []);
    return { kind: 'Subscription', primary: toRoot(node.primary, []), ...(node.rest ? { rest: toNode(node.rest, []) } : {}) };
  }
}

function toNode(node: ApolloNode, path: Path): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return group(
        node.kind,
        node.nodes.map((child) => toNode(child, path)),
      );
    case 'Flatten':
      return toNode(node.node, [...path, ...node.path.map(String).filter((step) => step !== EACH_ITEM)]);
    case 'Fetch':
      return node.requires ? toEntities(node, node.requires, path) : toRoot(node, path);
    default:
      throw new Error(`the plan has an unsupported ${node.kind} node`);
  }
}

function toEntities(node: FetchNode, requires: QueryPlanSelectionNode[], path: Path): PlanNode {
  const batch = {
    key: '_entities',
    variable: 'representations',
    paths: [path],
    requires: requires.map(toRequirement),
    inputRewrites: toRewrites(node.inputRewrites),
    outputRewrites: toRewrites(node.outputRewrites),
  };
  return { kind: 'EntityFetch', ...toFetch(node), batches: [batch] };
}

function toRoot(node: FetchNode, path: Path): RootFetch {
  return { kind: 'RootFetch', ...toFetch(node), path, outputRewrites: toRewrites(node.outputRewrites) };
}

function toFetch(node: FetchNode) {
  if (node.contextRewrites?.length) throw new Error('the plan uses @fromContext, which is not supported');
  return {
    subgraph: node.serviceName,
    query: node.operation,
    ...(node.operationName ? { operationName: node.operationName } : {}),
    variables: node.variableUsages ?? [],
  };
}

function toRequirement(selection: QueryPlanSelectionNode): Requirement {
  if (selection.kind === 'InlineFragment') {
    return { ...(selection.typeCondition ? { on: selection.typeCondition } : {}), requires: selection.selections.map(toRequirement) };
  }
  const name = selection.alias ?? selection.name;
  return { from: name, to: name, ...(selection.selections ? { requires: selection.selections.map(toRequirement) } : {}) };
}

function toRewrites(rewrites: FetchDataRewrite[] | undefined): Rewrite[] {
  return (rewrites ?? []).map((rewrite) => {
    const path = rewrite.path.map((step) => (step.startsWith(FRAGMENT) ? { on: [step.slice(FRAGMENT.length)] } : step));
    const field = path.pop();
    if (typeof field !== 'string') throw new Error('a rewrite ends at a type instead of a field');
    return rewrite.kind === 'KeyRenamer' ? { path, field, renameTo: rewrite.renameKeyTo } : { path, field, value: rewrite.setValueTo };
  });
}
