import { describe, expect, it } from '@jest/globals';
import { composeServices as composeWithApollo } from '@apollo/composition';
import { buildSchema, lexicographicSortSchema, parse, print, printSchema, visit, type GraphQLSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { composeFiles, readSubgraphSchemas } from '../../gateway/compose.ts';

describe('the composed schema', () => {
  const subgraphs = readSubgraphSchemas();

  it('equals the printed schema of the subgraphs', () => {
    for (const [file, text] of Object.entries(composeFiles(subgraphs))) expect(readFileSync(`schema/${file}`, 'utf8')).toBe(text);
  });

  it('has the same public schema from both composers', () => {
    const services = Object.entries(subgraphs).map(([name, sdl]) => ({ name, typeDefs: parse(sdl), url: `local:${name}` }));
    const { schema, errors } = composeWithApollo(services);
    expect(errors).toBeUndefined();
    expect(sorted(buildSchema(composeFiles(subgraphs)['api.graphql']!))).toBe(sorted(schema!.toAPISchema().toGraphQLJSSchema()));
  });

  it('leaves out fields that are @inaccessible', () => {
    const { 'api.graphql': api } = composeFiles({ a: `${LINK} type Query { a: Int b: Int @inaccessible }` });
    expect(Object.keys(buildSchema(api!).getQueryType()!.getFields())).toEqual(['a']);
  });

  it('is refused with every reason where the subgraphs contradict each other', () => {
    const say = (type: string) => `${LINK} type Query { a: ${type} @shareable b: ${type} @shareable }`;
    expect(() => composeFiles({ a: say('Int'), b: say('String') })).toThrow(/Query\.a[^]*Query\.b/);
  });
});

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@inaccessible", "@shareable"])';

/** Prints a schema without descriptions: where subgraphs describe a type differently, each composer takes another. */
function sorted(schema: GraphQLSchema): string {
  const document = parse(printSchema(lexicographicSortSchema(schema)));
  return print(
    visit(document, { enter: (node) => ('description' in node && node.description ? { ...node, description: undefined } : undefined) }),
  );
}
