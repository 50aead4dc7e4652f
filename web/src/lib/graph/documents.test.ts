import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import {
  buildSchema,
  Kind,
  NoUnusedFragmentsRule,
  parse,
  specifiedRules,
  validate,
  type DefinitionNode,
  type FragmentDefinitionNode,
} from 'graphql';

const source = new URL('../../', import.meta.url);
const schema = buildSchema(readFileSync(new URL('../../schema/api.graphql', source), 'utf8'));
const definitions = globSync('**/*.{ts,svelte}', { cwd: source }).flatMap(read);
const fragments = definitions
  .filter(({ node }) => node.kind === Kind.FRAGMENT_DEFINITION)
  .map(({ node }) => node as FragmentDefinitionNode);

function read(path: string): { path: string; node: DefinitionNode }[] {
  if (path.endsWith('.test.ts') || path.endsWith('.d.ts')) return [];
  const text = readFileSync(new URL(path, source), 'utf8');
  const documents = [...text.matchAll(/graphql\(\s*`([^`]+)`/g)].map(([, document]) => document ?? '');
  return documents.flatMap((document) => parse(document).definitions.map((node) => ({ path, node })));
}

it('the documents of the client are found by this test (control)', () => {
  assert.ok(definitions.length > 10);
});

for (const { path, node } of definitions) {
  if (node.kind !== Kind.OPERATION_DEFINITION) continue;
  it(`${node.name?.value} in ${path} fits the public schema`, () => {
    const rules = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule);
    const others = fragments.filter((fragment) => usedBy(node, fragment));
    assert.deepEqual(
      validate(schema, { kind: Kind.DOCUMENT, definitions: [node, ...others] }, rules).map((error) => error.message),
      [],
    );
  });
}

/** Collects the fragments of an operation at any depth, whose variables are those of the operation. */
function usedBy(node: DefinitionNode, fragment: FragmentDefinitionNode, seen = new Set<string>()): boolean {
  const spread = [...JSON.stringify(node).matchAll(/"FragmentSpread","name":\{"kind":"Name","value":"(\w+)"/g)].map(
    ([, name]) => name ?? '',
  );
  if (spread.includes(fragment.name.value)) return true;
  const next = fragments.filter((other) => spread.includes(other.name.value) && !seen.has(other.name.value));
  return next.some((other) => usedBy(other, fragment, seen.add(other.name.value)));
}
