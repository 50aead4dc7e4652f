import type { GraphQLResolveInfo } from 'graphql';

/** Returns true if only `id` or `__typename` is selected, so that the reference suffices and no load is needed. */
export function isOnlyId({ fieldNodes }: GraphQLResolveInfo): boolean {
  const asked = fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return asked.every((field) => field.kind === 'Field' && (field.name.value === 'id' || field.name.value === '__typename'));
}
