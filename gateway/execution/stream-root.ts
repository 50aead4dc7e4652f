import { GraphQLError, Kind, type DirectiveNode, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';

/** Rejects `@skip` and `@include` on the root field of a subscription, which could leave no field to stream. */
export function conditionOnStream({ definitions }: DocumentNode): GraphQLError | undefined {
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation !== 'subscription') continue;
    const fragments = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
    const condition = firstCondition(definition.selectionSet, fragments);
    if (condition) return new GraphQLError('The root field of a subscription cannot be behind @skip or @include.', { nodes: condition });
  }
  return undefined;
}

/** Removes each entered fragment from the search; another rule reports fragment cycles. */
function firstCondition({ selections }: SelectionSetNode, fragments: readonly FragmentDefinitionNode[]): DirectiveNode | undefined {
  for (const selection of selections) {
    const own = selection.directives?.find(({ name }) => name.value === 'skip' || name.value === 'include');
    if (own) return own;
    if (selection.kind === Kind.FIELD) continue;
    const spread = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.find(({ name }) => name.value === selection.name.value) : undefined;
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : spread?.selectionSet;
    const found = inner && firstCondition(inner, spread ? fragments.filter((one) => one !== spread) : fragments);
    if (found) return found;
  }
  return undefined;
}
