import {
  doTypesOverlap,
  getNamedType,
  isAbstractType,
  isObjectType,
  isUnionType,
  Kind,
  print,
  visit,
  type FieldNode,
  type GraphQLCompositeType,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { CoercedVariables, ParsedOperation } from '../execution/request.ts';
import { shapeOf, signatureOf, type FieldNames } from './field-names.ts';
import { isIncluded } from '../execution/selection.ts';

/** An operation as it is planned, for some values of its conditions. */
export interface Canonical {
  /** Undefined when no subgraph has to be asked. */
  query?: string;
  /** How the plan, and so the data, calls each field of the client's document. */
  names: ReadonlyMap<FieldNode, string>;
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** The name of what the schema itself answers: no name of GraphQL, so no field can be called so. */
export function introspectionName(responseKey: string): string {
  return `__schema:${responseKey}`;
}

/**
 * The same operation with response names of our own. A plan has one namespace for what the client calls things and what
 * it needs itself, such as keys: a client's alias that is called like a key would take its place. Fragments are spread,
 * and `@skip` and `@include` evaluated, so planners never meet the forms that they most often get wrong.
 */
export function canonicalOf(parsed: ParsedOperation, fields: FieldNames, variables: CoercedVariables): Canonical {
  const { schema, operation, fragments } = parsed;
  const root = schema.getRootType(operation.operation)!;
  const isMutation = operation.operation === 'mutation';
  const names = new Map<FieldNode, string>();
  const given = new Map<string, string>();
  let number = 0;

  const selections = selectionsOf(operation.selectionSet, root, root);
  if (selections.length === 0) return { names };
  return { names, query: print(withUsedVariables({ ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } })) };

  /** `written` is the type that the set is written for, `parent` the same or a narrower one that it stands in now. */
  function selectionsOf(set: SelectionSetNode, written: GraphQLCompositeType, parent: GraphQLCompositeType): SelectionNode[] {
    return set.selections.flatMap((selection): SelectionNode[] => {
      if (!isIncluded(selection.directives, variables)) return [];
      if (selection.kind === Kind.FIELD) return fieldOf(selection, written);
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value]!;
      const type = fragment.typeCondition ? (schema.getType(fragment.typeCondition.name.value) as GraphQLCompositeType) : written;
      if (!doTypesOverlap(schema, type, parent)) return [];
      // Everything that the parent is, the fragment is on: it says nothing more.
      const isOpen = type === parent || (isObjectType(parent) && isAbstractType(type));
      const inner = selectionsOf(fragment.selectionSet, type, isOpen ? parent : type);
      if (inner.length === 0) return [];
      if (isOpen) return inner;
      const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } } as const;
      return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: { kind: Kind.SELECTION_SET, selections: inner } }];
    });
  }

  function fieldOf(node: FieldNode, parent: GraphQLCompositeType): FieldNode[] {
    const name = node.name.value;
    // The name of a root type is known.
    if (name === '__typename') return parent === root ? [] : [TYPENAME];
    const responseKey = (node.alias ?? node.name).value;
    const field = isUnionType(parent) ? undefined : parent.getFields()[name];
    if (!field) {
      names.set(node, introspectionName(responseKey));
      return [];
    }
    // A mutation that is asked for twice is meant twice. An object that is asked for twice is null only where something is
    // missing that was selected there.
    const isApart = (isMutation && parent === root) || (node.selectionSet !== undefined && responseKey !== name);
    const kind = `${isApart ? responseKey : ''}|${shapeOf(field.type)}|${signatureOf(node.arguments)}`;
    const inner = !isApart && fields.isUnmistakable(name) ? name : nameFor(name, kind);
    names.set(node, inner);
    const type = getNamedType(field.type) as GraphQLCompositeType;
    const selected = node.selectionSet && selectionsOf(node.selectionSet, type, type);
    return [
      {
        kind: Kind.FIELD,
        name: node.name,
        ...(inner === name ? {} : { alias: { kind: Kind.NAME, value: inner } }),
        ...(node.arguments ? { arguments: node.arguments } : {}),
        ...(selected ? { selectionSet: { kind: Kind.SELECTION_SET, selections: selected.length > 0 ? selected : [TYPENAME] } } : {}),
      },
    ];
  }

  /** Numbered within the document, past every name that the supergraph has. */
  function nameFor(name: string, kind: string): string {
    const key = `${name}|${kind}`;
    const known = given.get(key);
    if (known) return known;
    do number++;
    while (fields.has(`${name}_${number}`));
    given.set(key, `${name}_${number}`);
    return `${name}_${number}`;
  }
}

function withUsedVariables(operation: OperationDefinitionNode): OperationDefinitionNode {
  const used = new Set<string>();
  visit(operation.selectionSet, { Variable: ({ name }) => void used.add(name.value) });
  return { ...operation, variableDefinitions: operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) };
}
