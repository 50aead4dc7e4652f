import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, print, visit, type DocumentNode, type FragmentDefinitionNode } from 'graphql';

const ROOTS = ['web/src', 'subgraphs'];
const DOCUMENT = /(?<quote>[`'])\s*(?<text>(?:query|mutation|subscription|fragment)\b[^`'$]*(?:\$\w[^`'$]*)*)\k<quote>/g;

/** A GraphQL operation of the web client, or one that a subgraph sends to the graph. */
export interface ProductOperation {
  name: string;
  kind: 'query' | 'mutation' | 'subscription';
  query: string;
}

/** Reads every operation in the sources, with the fragments that it needs. */
export function productOperations(): ProductOperation[] {
  const documents = ROOTS.flatMap(sourceFiles).flatMap(documentsIn);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const { definitions } of documents)
    for (const one of definitions) if (one.kind === 'FragmentDefinition') fragments.set(one.name.value, one);
  const operations = documents.flatMap(({ definitions }) => definitions.filter((one) => one.kind === 'OperationDefinition'));
  return operations.map((operation) => {
    const needed = new Set<FragmentDefinitionNode>();
    collect(operation);
    return { name: operation.name?.value ?? 'anonymous', kind: operation.operation, query: [operation, ...needed].map(print).join('\n') };

    function collect(node: Parameters<typeof visit>[0]): void {
      visit(node, {
        FragmentSpread({ name }) {
          const fragment = fragments.get(name.value);
          if (!fragment || needed.has(fragment)) return;
          needed.add(fragment);
          collect(fragment);
        },
      });
    }
  });
}

function sourceFiles(root: string): string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.(ts|svelte)$/.test(file) && !file.endsWith('.test.ts') && !file.includes('node_modules'))
    .map((file) => join(root, file));
}

function documentsIn(file: string): DocumentNode[] {
  return [...readFileSync(file, 'utf8').matchAll(DOCUMENT)].flatMap(({ groups }) => {
    try {
      return [parse(groups!['text']!, { noLocation: true })];
    } catch {
      // A sentence that begins like a document.
      return [];
    }
  });
}
