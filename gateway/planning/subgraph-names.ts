import { parse } from 'graphql';

/**
 * The names of the subgraphs as the supergraph gives them. A planner may know them by their enum value in lower
 * case, where `-` is `_`; the result of this function leads back.
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
