import { Kind, parse, print, visit, type NameNode, type OperationDefinitionNode } from 'graphql';
import type { Graph, GraphDocument } from '../../infra/graph/graph.ts';
import type { Identity } from '../../schema/viewer.ts';

/** Executes a query for each set of variables in one request. The results are in the order of the variables. */
export async function askEach<Data extends object, Variables extends Record<string, unknown>>(
  graph: Graph,
  document: GraphDocument<Data, Variables>,
  each: readonly Variables[],
  identity: Identity,
): Promise<Data[]> {
  if (each.length === 0) return [];
  const variables = Object.fromEntries(
    each.flatMap((one, index) => Object.entries(one).map(([name, value]) => [suffixed(name, index), value])),
  );
  const data = await graph.ask(repeated<Data[keyof Data]>(document, each.length), variables, identity);
  return each.map((_, index) => {
    const own = Object.entries(data).filter(([name]) => name.endsWith(suffixed('', index)));
    return Object.fromEntries(own.map(([name, value]) => [name.slice(0, -suffixed('', index).length), value])) as Data;
  });
}

const suffixed = (name: string, index: number) => `${name}_${index}`;

/** Repeats the root fields and variables of a query `count` times, with a numeric suffix. */
function repeated<Value>(query: string, count: number): GraphDocument<Record<string, Value>, Record<string, unknown>> {
  const operation = parse(query, { noLocation: true }).definitions[0] as OperationDefinitionNode;
  const copies = Array.from({ length: count }, (_, index) => renamed(operation, index));
  return print({
    ...operation,
    variableDefinitions: copies.flatMap(({ variableDefinitions = [] }) => variableDefinitions),
    selectionSet: { ...operation.selectionSet, selections: copies.flatMap(({ selectionSet }) => selectionSet.selections) },
  }) as GraphDocument<Record<string, Value>, Record<string, unknown>>;
}

function renamed(operation: OperationDefinitionNode, index: number): OperationDefinitionNode {
  const nameOf = ({ value }: NameNode): NameNode => ({ kind: Kind.NAME, value: suffixed(value, index) });
  const copy: OperationDefinitionNode = visit(operation, { Variable: (node) => ({ ...node, name: nameOf(node.name) }) });
  const selections = copy.selectionSet.selections.map((field) =>
    field.kind === Kind.FIELD ? { ...field, alias: nameOf(field.alias ?? field.name) } : field,
  );
  return { ...copy, selectionSet: { ...copy.selectionSet, selections } };
}
