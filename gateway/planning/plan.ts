/**
 * Our own form of a query plan, whichever planner made it: planners differ in how they write paths, rewrites and
 * batches, and only their adapters know. Paths are pushed down into the fetches, so no node moves a cursor.
 */
export type Plan = PlanNode | SubscriptionPlan;

export type PlanNode = Sequence | Parallel | RootFetch | EntityFetch;

export interface Sequence {
  kind: 'Sequence';
  nodes: PlanNode[];
}

export interface Parallel {
  kind: 'Parallel';
  nodes: PlanNode[];
}

/** A group of one is that one. */
export function group(kind: 'Sequence' | 'Parallel', nodes: PlanNode[]): PlanNode {
  return nodes.length === 1 ? nodes[0]! : { kind, nodes };
}

/** The owner streams `primary`; for each event `rest` fetches what other subgraphs own. */
export interface SubscriptionPlan {
  kind: 'Subscription';
  primary: RootFetch;
  rest?: PlanNode;
}

interface Fetch {
  subgraph: string;
  /** The document for the subgraph. */
  query: string;
  operationName?: string;
  /** The client's variables that it uses. */
  variables: readonly string[];
}

/** Fields of a root type. `path` leads to the objects that receive them: the response itself, or a nested `Query`. */
export interface RootFetch extends Fetch {
  kind: 'RootFetch';
  path: Path;
  outputRewrites: Rewrite[];
}

/** Further fields of entities that other subgraphs have begun. */
export interface EntityFetch extends Fetch {
  kind: 'EntityFetch';
  batches: EntityBatch[];
}

export interface EntityBatch {
  /** The response key of this batch's `_entities` field. */
  key: string;
  /** The variable that takes the representations. */
  variable: string;
  paths: Path[];
  requires: Requirement[];
  inputRewrites: Rewrite[];
  outputRewrites: Rewrite[];
}

/** A step down: into a field by its response name, or on with objects of some types only. Lists are entered without a step. */
export type PathStep = string | { on: readonly string[] };
export type Path = PathStep[];

/** What of an object goes into its representation, `from` its name in the data `to` its name in the subgraph. */
export type Requirement = RequiredField | RequiredFragment;

export interface RequiredField {
  from: string;
  to: string;
  requires?: Requirement[];
}

export interface RequiredFragment {
  on?: string;
  requires: Requirement[];
}

/** A change to data on its way in or out. */
export interface Rewrite {
  path: Path;
  field: string;
  /** The field's new name; the planner gave it another to keep two arguments of one field apart. */
  renameTo?: string;
  /** The field's new value, where `renameTo` is absent: mostly a `__typename` that the subgraph knows. */
  value?: unknown;
}
