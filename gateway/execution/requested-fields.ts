import { parse, type SelectionSetNode } from 'graphql';

/**
 * Returns the response names that a subgraph document selects at its root, or below its root field `key` in fragments on
 * types for which `concerns` returns true. Parses the text each time, because it is needed only after a failed fetch.
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
