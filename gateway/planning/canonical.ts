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
import { signatureOf, typeSignature, type FieldNames } from './field-names.ts';
import { isIncluded } from '../execution/selection.ts';

/** A canonical operation for given values of its conditions. */
export interface Canonical {
  /** Undefined if no subgraph has to be called. */
  query?: string;
  /** The response name in the plan, and so in the data, of each field of the client's document. */
  names: ReadonlyMap<FieldNode, string>;
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Returns the key of an introspection result; it is not a valid GraphQL name, so it cannot collide with a field. */
export function introspectionName(responseKey: string): string {
  return `__schema:${responseKey}`;
}

/**
 * Rewrites an operation with canonical response names. A plan has one namespace for aliases of the client and fields that it
 * needs itself, such as keys, so a client's alias could replace a key. Fragments are inlined and `@skip` and `@include`
 * evaluated, because planners get those wrong most often.
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

  /** `written`: the type that the set is validated against. `parent`: the same type or a narrower one. */
  function selectionsOf(set: SelectionSetNode, written: GraphQLCompositeType, parent: GraphQLCompositeType): SelectionNode[] {
    return set.selections.flatMap((selection): SelectionNode[] => {
      if (!isIncluded(selection.directives, variables)) return [];
      if (selection.kind === Kind.FIELD) return fieldOf(selection, written);
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value]!;
      const type = fragment.typeCondition ? (schema.getType(fragment.typeCondition.name.value) as GraphQLCompositeType) : written;
      if (!doTypesOverlap(schema, type, parent)) return [];
      // A fragment on a supertype of the parent always applies.
      const isRedundant = type === parent || (isObjectType(parent) && isAbstractType(type));
      const inner = selectionsOf(fragment.selectionSet, type, isRedundant ? parent : type);
      if (inner.length === 0) return [];
      if (isRedundant) return inner;
      const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } } as const;
      return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: { kind: Kind.SELECTION_SET, selections: inner } }];
    });
  }

  function fieldOf(node: FieldNode, parent: GraphQLCompositeType): FieldNode[] {
    const name = node.name.value;
    // The projection knows the name of a root type.
    if (name === '__typename') return parent === root ? [] : [TYPENAME];
    const responseKey = (node.alias ?? node.name).value;
    const field = isUnionType(parent) ? undefined : parent.getFields()[name];
    if (!field) {
      names.set(node, introspectionName(responseKey));
      return [];
    }
    // A mutation field that is selected twice must be executed twice. Aliased objects stay separate, so that null propagation
    // in one does not affect the other.
    const isApart = (isMutation && parent === root) || (node.selectionSet !== undefined && responseKey !== name);
    const kind = `${isApart ? responseKey : ''}|${typeSignature(field.type)}|${signatureOf(node.arguments)}`;
    const inner = !isApart && fields.isUnambiguous(name) ? name : nameFor(name, kind);
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

  /** Returns a numbered name that no field of the supergraph has. */
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
