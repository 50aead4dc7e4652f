import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { composeServices, sortSDL } from '@theguild/federation-composition';
import { buildSchema, lexicographicSortSchema, parse, print, printSchema } from 'graphql';

const DIRECTORY = 'schema';
const HEADER = '# Generated from the schemas of the subgraphs by gateway/compose.ts. Do not edit.\n\n';
const COMPOSED = ['supergraph.graphql', 'api.graphql'];

/** Printed schemas by subgraph name. */
export type SubgraphSchemas = Record<string, string>;

export function readSubgraphSchemas(directory = DIRECTORY): SubgraphSchemas {
  const files = readdirSync(directory).filter((file) => file.endsWith('.graphql') && !COMPOSED.includes(file));
  return Object.fromEntries(files.sort().map((file) => [basename(file, '.graphql'), readFileSync(join(directory, file), 'utf8')]));
}

/** Composes the generated files, by name. Throws one error that lists every composition error. */
export function composeFiles(subgraphs: SubgraphSchemas): Record<string, string> {
  const services = Object.entries(subgraphs).map(([name, sdl]) => ({ name, typeDefs: parse(sdl), url: `local:${name}` }));
  const { supergraphSdl, publicSdl, errors } = composeServices(services);
  if (errors) throw new Error(`The subgraphs do not compose:\n${errors.map(({ message }) => `  ${message}`).join('\n')}`);
  return {
    'supergraph.graphql': `${HEADER}${print(sortSDL(parse(supergraphSdl)))}\n`,
    'api.graphql': `${HEADER}${printSchema(lexicographicSortSchema(buildSchema(publicSdl)))}\n`,
  };
}

/** Writes changed files; with `--check`, reports stale files and fails instead. Run after the schemas are printed. */
function main(check: boolean): void {
  for (const [file, text] of Object.entries(composeFiles(readSubgraphSchemas()))) {
    const path = join(DIRECTORY, file);
    const difference = firstDifference(existsSync(path) ? readFileSync(path, 'utf8') : '', text);
    if (!difference) continue;
    process.stdout.write(check ? `${path} is stale. ${difference}\nPrint and compose the schemas again.\n` : `Composed ${path}.\n`);
    if (check) process.exitCode = 1;
    else writeFileSync(path, text);
  }
}

function firstDifference(found: string, expected: string): string | undefined {
  if (found === expected) return undefined;
  const [old, fresh] = [found.split('\n'), expected.split('\n')];
  const line = fresh.findIndex((text, index) => text !== old[index]);
  const at = line === -1 ? fresh.length : line;
  return `Line ${at + 1}:\n- ${old[at] ?? '(end)'}\n+ ${fresh[at] ?? '(end)'}`;
}

if (import.meta.main) main(process.argv.includes('--check'));
