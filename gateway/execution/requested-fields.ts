import { parse, type SelectionSetNode } from 'graphql';

/**
 * The response names that a subgraph's document asks for at its root, or below its root field `key`; there only in
 * fragments on types that `concerns`. Read from the text, since it is needed only when a whole fetch has failed.
 */
export function fieldsOf(query: string, key?: string, concerns: (type: string) => boolean = () => true): string[] {
  const { definitions } = parse(query, { noLocation: true });
  const operation = definitions.find((definition) => definition.kind === 'OperationDefinition')!;
  if (key === undefined) return [...names(operation.selectionSet)];
  const root = operation.selectionSet.selections.find((field) => field.kind === 'Field' && (field.alias ?? field.name).value === key);
  return root?.kind === 'Field' && root.selectionSet ? [...names(root.selectionSet)] : [];

  function* names({ selections }: SelectionSetNode): Generator<string> {
    for (const selection of selections) {
      if (selection.kind === 'Field') {
        if (selection.name.value !== '__typename') yield (selection.alias ?? selection.name).value;
        continue;
      }
      const fragment =
        selection.kind === 'InlineFragment'
          ? selection
          : definitions.find((one) => one.kind === 'FragmentDefinition' && one.name.value === selection.name.value);
      if (fragment?.kind !== 'InlineFragment' && fragment?.kind !== 'FragmentDefinition') continue;
      if (!fragment.typeCondition || concerns(fragment.typeCondition.name.value)) yield* names(fragment.selectionSet);
    }
  }
}
