/**
 * A query plan, independent of the planner: planners differ in how they represent paths, rewrites and batches. Each fetch has
 * its absolute path, so there is no Flatten node.
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

/** Returns a single node without a group. */
export function group(kind: 'Sequence' | 'Parallel', nodes: PlanNode[]): PlanNode {
  return nodes.length === 1 ? nodes[0]! : { kind, nodes };
}

/** The owning subgraph streams `primary`; for each event, `rest` fetches fields of other subgraphs. */
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
  /** Names of the client's variables that it uses. */
  variables: readonly string[];
}

/** Fetches fields of a root type. `path` leads to the objects that receive them: the response or a nested `Query`. */
export interface RootFetch extends Fetch {
  kind: 'RootFetch';
  path: Path;
  outputRewrites: Rewrite[];
}

/** Fetches fields of entities from earlier fetches. */
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

/** A field by response name, or a type condition. Lists are traversed implicitly. */
export type PathStep = string | { on: readonly string[] };
export type Path = PathStep[];

/** A field of a representation, from its name in the data to its name in the subgraph, or a fragment of such fields. */
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

/** A change of representations (input) or results (output). */
export interface Rewrite {
  path: Path;
  field: string;
  /** The new name; planners alias a field that is required with different arguments. */
  renameTo?: string;
  /** The new value if `renameTo` is absent, mostly a `__typename` that the subgraph knows. */
  value?: unknown;
}
