import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { all } from './all.ts';
import { buildSubgraph } from './framework/open.ts';
import { printTypes } from './framework/print-types.ts';
import type { Ports } from './framework/subgraph.ts';

/** Nothing connects while a subgraph is created, so its schema can be printed without a single port. */
const inert = new Proxy({}, { get: () => new Proxy(() => {}, { get: () => undefined }) }) as unknown as Ports;

const check = process.argv.includes('--check');
const stale: string[] = [];
const schemas: GraphQLSchema[] = [];

for (const subgraph of all) {
  const { schema, sdl } = await buildSubgraph(subgraph.create(inert));
  schemas.push(schema);
  print(
    `schema/${subgraph.name}.graphql`,
    `# Printed from subgraphs/${subgraph.name}/ by "npm run schema". Do not edit.\n\n${sdl.trim()}\n`,
  );
}
print('schema/introspection.ts', `// Printed from subgraphs/ by "npm run schema". Do not edit.\n${printTypes(schemas).trim()}\n`);

function print(name: string, text: string): void {
  const file = resolve(name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  stale.push(name);
  if (!check) writeFileSync(file, text);
}

process.stdout.write(
  stale.length === 0 ? 'The printed schemas are up to date.\n' : `${check ? 'Stale' : 'Printed'}: ${stale.join(', ')}\n`,
);
if (check && stale.length > 0) process.exitCode = 1;
