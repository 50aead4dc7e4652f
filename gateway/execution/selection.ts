import {
  isAbstractType,
  valueFromAST,
  GraphQLBoolean,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionSetNode,
} from 'graphql';
import type { CoercedVariables, ParsedOperation } from './request.ts';

/** A response name with the selection sets of all its fields (specification, CollectFields). */
export interface SelectedField {
  key: string;
  node: FieldNode;
  sets: SelectionSetNode[];
}

interface Scope extends Pick<ParsedOperation, 'schema' | 'fragments'> {
  variables: CoercedVariables;
}

/** Collects the fields selected on an object of this type, in response order. */
export function selectedFields(
  sets: readonly SelectionSetNode[],
  type: GraphQLObjectType | GraphQLInterfaceType,
  scope: Scope,
): SelectedField[] {
  const fields = new Map<string, SelectedField>();
  for (const set of sets) collect(set);
  return [...fields.values()];

  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (!isIncluded(selection.directives, scope.variables)) continue;
      if (selection.kind === 'Field') {
        const key = (selection.alias ?? selection.name).value;
        const field = fields.get(key) ?? { key, node: selection, sets: [] };
        fields.set(key, field);
        if (selection.selectionSet) field.sets.push(selection.selectionSet);
        continue;
      }
      const fragment = selection.kind === 'InlineFragment' ? selection : scope.fragments[selection.name.value];
      if (fragment && appliesTo(type, fragment, scope.schema)) collect(fragment.selectionSet);
    }
  }
}

/** Returns whether the selected fields depend on the concrete type of an object of the interface. */
export function narrows(sets: readonly SelectionSetNode[], type: GraphQLInterfaceType, scope: Scope): boolean {
  const outline = (of: GraphQLObjectType | GraphQLInterfaceType) =>
    selectedFields(sets, of, scope)
      .map((field) => `${field.key}:${field.sets.length}`)
      .sort()
      .join();
  const common = outline(type);
  return scope.schema.getPossibleTypes(type).some((possible) => outline(possible) !== common);
}

function appliesTo(
  type: GraphQLObjectType | GraphQLInterfaceType,
  { typeCondition }: InlineFragmentNode | FragmentDefinitionNode,
  schema: GraphQLSchema,
): boolean {
  if (!typeCondition || typeCondition.name.value === type.name) return true;
  const condition = schema.getType(typeCondition.name.value);
  return isAbstractType(condition) && schema.isSubType(condition, type);
}

export function isIncluded(directives: readonly DirectiveNode[] | undefined, variables: CoercedVariables): boolean {
  return !directives?.some(({ name, arguments: given }) => {
    if (name.value !== 'skip' && name.value !== 'include') return false;
    const condition = valueFromAST(given?.[0]?.value, GraphQLBoolean, variables);
    return condition === (name.value === 'skip');
  });
}
