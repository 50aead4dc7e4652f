import { parse } from 'graphql';

/**
 * Returns a function that maps a planner's name of a subgraph to its name in the supergraph. Planners may use the lower-case
 * enum value, in which `-` is `_`.
 */
export function subgraphNames(supergraphSdl: string): (given: string) => string {
  const names = new Map<string, string>();
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (definition.kind !== 'EnumTypeDefinition' || definition.name.value !== 'join__Graph') continue;
    for (const { name, directives } of definition.values ?? []) {
      const argument = directives?.[0]?.arguments?.find((argument) => argument.name.value === 'name');
      if (argument?.value.kind === 'StringValue') names.set(name.value.toLowerCase(), argument.value.value);
    }
  }
  const known = new Set(names.values());
  return (given) => {
    const name = known.has(given) ? given : names.get(given.toLowerCase());
    if (!name) throw new Error(`the supergraph has no subgraph "${given}"`);
    return name;
  };
}
