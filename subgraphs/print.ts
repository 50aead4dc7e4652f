import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { all } from './all.ts';
import { buildSubgraph } from './open.ts';
import type { Ports } from './subgraph.ts';

/** Nothing connects while a subgraph is created, so its schema can be printed without a single port. */
const inert = new Proxy({}, { get: () => new Proxy(() => {}, { get: () => undefined }) }) as unknown as Ports;

const check = process.argv.includes('--check');
const stale: string[] = [];

for (const subgraph of all) {
  const { sdl } = await buildSubgraph(subgraph.create(inert));
  const file = resolve(`schema/${subgraph.name}.graphql`);
  const text = `# Printed from subgraphs/${subgraph.name}/ by "npm run schema". Do not edit.\n\n${sdl.trim()}\n`;
  if (readFileSync(file, 'utf8') === text) continue;
  stale.push(`schema/${subgraph.name}.graphql`);
  if (!check) writeFileSync(file, text);
}

process.stdout.write(
  stale.length === 0 ? 'The printed schemas are up to date.\n' : `${check ? 'Stale' : 'Printed'}: ${stale.join(', ')}\n`,
);
if (check && stale.length > 0) process.exitCode = 1;
