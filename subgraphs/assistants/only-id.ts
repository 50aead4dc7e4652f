import type { GraphQLResolveInfo } from 'graphql';

/** Whether nothing is asked of an object but who it is, which whoever refers to it knows without reading it. */
export function isOnlyId({ fieldNodes }: GraphQLResolveInfo): boolean {
  const asked = fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return asked.every((field) => field.kind === 'Field' && (field.name.value === 'id' || field.name.value === '__typename'));
}
