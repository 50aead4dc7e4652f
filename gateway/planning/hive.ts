import {
  QueryPlanner,
  type EntityBatchAlias,
  type FetchNode,
  type FetchNodePathSegment,
  type FetchRewrite,
  type FlattenNodePathSegment,
  type PlanNode as HiveNode,
  type RequiresSelection,
} from '@graphql-hive/router-query-planner';
import { group, type EntityBatch, type Path, type Plan, type PlanNode, type Requirement, type Rewrite, type RootFetch } from './plan.ts';
import type { Engine } from './planner.ts';
import { subgraphNames } from './subgraph-names.ts';

const EACH_ITEM = '@';
const NO_LABELS = new Set<string>();

/**
 * The planner of Hive Router, written in Rust. The types of version 0.0.x are partly wrong, so its plans are checked here. A
 * panic aborts the process, so it is used in the planning process only.
 */
export class HivePlanner implements Engine {
  readonly #planner: QueryPlanner;
  readonly #names: (given: string) => string;

  constructor(supergraphSdl: string) {
    this.#planner = new QueryPlanner(supergraphSdl);
    this.#names = subgraphNames(supergraphSdl);
  }

  plan(query: string): Plan | undefined {
    const { node } = this.#planner.plan(query, undefined, NO_LABELS, 0);
    if (!node) return undefined;
    if (node.kind === 'Subscription') return { kind: 'Subscription', primary: this.#root(node.primary, []) };
    const first = node.kind === 'Sequence' ? node.nodes[0] : undefined;
    if (node.kind !== 'Sequence' || first?.kind !== 'Subscription') return this.#node(node, []);
    // A subscription with further fetches is a sequence that begins with it.
    const rest = node.nodes.slice(1).map((later) => this.#node(later, []));
    const primary = this.#root(first.primary, []);
    return { kind: 'Subscription', primary, rest: group('Sequence', rest) };
  }

  #node(node: HiveNode, path: Path): PlanNode {
    switch (node.kind) {
      case 'Sequence':
      case 'Parallel':
        return group(
          node.kind,
          node.nodes.map((child) => this.#node(child, path)),
        );
      case 'Flatten':
        return this.#node(node.node, [...path, ...toPath(node.path)]);
      case 'Fetch':
        return node.requires
          ? { kind: 'EntityFetch', ...this.#fetch(node), batches: [entities(node, node.requires, path)] }
          : this.#root(node, path);
      case 'BatchFetch':
        return { kind: 'EntityFetch', ...this.#fetch(node), batches: node.entityBatch.aliases.map((alias) => batch(alias, path)) };
      default:
        throw new Error(`the plan has an unsupported ${node.kind} node`);
    }
  }

  #root(node: FetchNode, path: Path): RootFetch {
    return { kind: 'RootFetch', ...this.#fetch(node), path, outputRewrites: toRewrites(node.outputRewrites) };
  }

  #fetch(node: Pick<FetchNode, 'serviceName' | 'operation' | 'operationName' | 'variableUsages'>) {
    return {
      subgraph: this.#names(node.serviceName),
      query: node.operation,
      ...(node.operationName ? { operationName: node.operationName } : {}),
      variables: node.variableUsages ?? [],
    };
  }
}

function entities(node: FetchNode, requires: RequiresSelection[], path: Path): EntityBatch {
  return {
    key: '_entities',
    variable: 'representations',
    paths: [path],
    requires: requires.map(toRequirement),
    inputRewrites: toRewrites(node.inputRewrites),
    outputRewrites: toRewrites(node.outputRewrites),
  };
}

function batch(alias: EntityBatchAlias, path: Path): EntityBatch {
  return {
    key: alias.alias,
    variable: alias.representationsVariableName,
    paths: alias.paths.map((own) => [...path, ...toPath(own)]),
    requires: alias.requires.map(toRequirement),
    inputRewrites: toRewrites(alias.inputRewrites),
    outputRewrites: toRewrites(alias.outputRewrites),
  };
}

function toPath(segments: FlattenNodePathSegment[]): Path {
  return segments
    .filter((segment) => segment !== EACH_ITEM)
    .map((segment) => ('Field' in segment ? segment.Field : { on: segment.TypeCondition }));
}

/** `name` is the name in the data, `alias` the one in the subgraph: the reverse of their usual meaning. */
function toRequirement(selection: RequiresSelection): Requirement {
  if (selection.kind === 'FragmentSpread') throw new Error('the plan requires an undefined fragment');
  if (selection.kind === 'InlineFragment') return { on: selection.typeCondition, requires: selection.selections.map(toRequirement) };
  const nested = selection.selections?.length ? { requires: selection.selections.map(toRequirement) } : {};
  return { from: selection.name, to: selection.alias ?? selection.name, ...nested };
}

function toRewrites(rewrites: FetchRewrite[] | undefined): Rewrite[] {
  return (rewrites ?? []).map((rewrite) => {
    if ('KeyRenamer' in rewrite) return { ...split(rewrite.KeyRenamer.path), renameTo: rewrite.KeyRenamer.renameKeyTo };
    const setter = 'ValueSetter' in rewrite ? rewrite.ValueSetter : rewrite;
    return { ...split(setter.path), value: setter.setValueTo };
  });
}

function split(segments: FetchNodePathSegment[]): { path: Path; field: string } {
  const path = segments.map((segment) => ('Key' in segment ? segment.Key : { on: segment.TypenameEquals }));
  const field = path.pop();
  if (typeof field !== 'string') throw new Error('a rewrite ends at a type instead of a field');
  return { path, field };
}
