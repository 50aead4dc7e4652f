import { afterAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { buildSchema, getVariableValues, parse, validate } from 'graphql';
import { canonicalOf } from '../../gateway/planning/canonical.ts';
import { FieldNames } from '../../gateway/planning/field-names.ts';
import { Planning } from '../../gateway/planning/planning.ts';
import type { Log } from '../../infra/log.ts';
import { Random, seeds } from '../support/fuzz/random.ts';
import { randomDocument } from '../support/fuzz/random-document.ts';
import { byTier } from '../support/tier.ts';

const DOCUMENTS = Number(process.env['FUZZ_DOCUMENTS'] ?? byTier(70, 200));
const ALIASES = ['id', 'name', 'title', 'toolIds', 'x', 'y', 'status', 'documentId'];
const supergraphSdl = readFileSync('schema/supergraph.graphql', 'utf8');
const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'));
const fields = new FieldNames(buildSchema(supergraphSdl, { assumeValid: true, assumeValidSDL: true }));

const logged: unknown[] = [];
const log = { warn: (...line: unknown[]) => logged.push(line), error: (...line: unknown[]) => logged.push(line) } as unknown as Log;
const planning = new Planning('hive', log);
const planner = planning.plannerFor(supergraphSdl);
afterAll(() => planning.close());

/** Documents that crashed the native planner in their original form. */
const ABORTS = [1, 5, 8].map((number) => readFileSync(`tests/graph/documents/planner-abort-${number}.graphql`, 'utf8'));

describe("the native planner with documents for the product's own schema", () => {
  it.each(ABORTS)('plans the canonical form of a document that crashed it: %s', async (query) => {
    await planner.plan(canonical(query, { t: true, f: false })!);
    expect(logged).toEqual([]);
  });

  it.each(seeds(1, 8))('plans random documents without a crash (seed %d)', async (seed) => {
    const random = new Random(seed);
    for (let planned = 0; planned < DOCUMENTS;) {
      const { query, variables } = randomDocument(schema, random, { aliases: ALIASES, mutations: 10, subscriptions: 15 });
      if (isRefused(query)) continue;
      planned++;
      const form = canonical(query, variables);
      if (form !== undefined) await planner.plan(form);
    }
    expect(logged).toEqual([]);
  });
});

function canonical(query: string, variables: Record<string, unknown>): string | undefined {
  const document = parse(query);
  const operation = document.definitions.find((one) => one.kind === 'OperationDefinition')!;
  const fragments = Object.fromEntries(
    document.definitions.flatMap((one) => (one.kind === 'FragmentDefinition' ? [[one.name.value, one]] : [])),
  );
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return canonicalOf({ schema, document, operation, fragments }, fields, coerced ?? {}).query;
}

/** Treats a document as invalid where a validation rule throws, as the single-root-field rule does for some subscriptions. */
function isRefused(query: string): boolean {
  try {
    return validate(schema, parse(query)).length > 0;
  } catch {
    return true;
  }
}
