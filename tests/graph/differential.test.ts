import { describe, expect, it } from '@jest/globals';
import { parse, validate, type ExecutionResult } from 'graphql';
import { Gateway } from '../../gateway/gateway.ts';
import type { PlannerName } from '../../gateway/planning/planner.ts';
import { local } from '../../gateway/sources/local.ts';
import { openLog } from '../../infra/log.ts';
import { PlainSource } from '../support/federation/plain-source.ts';
import { SOMEBODY } from '../support/federation/shop.ts';
import { openLibrary } from '../support/fuzz/library-graph.ts';
import { Random, seeds } from '../support/fuzz/random.ts';
import { randomDocument } from '../support/fuzz/random-document.ts';
import { byTier } from '../support/tier.ts';

const DOCUMENTS = Number(process.env['FUZZ_DOCUMENTS'] ?? byTier(50, 150));
/** Includes aliases that equal names of keys and required fields. */
const ALIASES = ['id', 'sku', 'name', 'x', 'y', 'weight', 'dim', 'minutes', 'zip', 'w', 'product', 'must'];
const VALUES = { String: ['"s1"', '"s2"', '"s3"', '"s4"'], ID: ['"u1"', '"u2"', '"u3"'] };
const library = openLibrary();

/** Allowed differences in a thousand answers; none is known. */
const MAY_DIFFER = 1;

describe.each<PlannerName>(['hive', 'apollo'])('the gateway with random documents, planned by %s', (plannerName) => {
  it.each(seeds(23, 77))('answers like one schema with the same data (seed %d)', async (seed) => {
    const sources = new Map([...library.subgraphs].map(([name, schema]) => [name, local(new PlainSource(schema))]));
    const gateway = new Gateway({ supergraphSdl: library.supergraphSdl, sources, plannerName, log: openLog('silent') });
    await gateway.load();
    const random = new Random(seed);
    const differing: unknown[] = [];
    let valid = 0;
    try {
      while (valid < DOCUMENTS) {
        const { query, variables } = randomDocument(library.schema, random, {
          aliases: ALIASES,
          values: VALUES,
          mutations: 8,
          subscriptions: 0,
        });
        if (validate(library.schema, parse(query)).length > 0) continue;
        valid++;
        const [ours, theirs] = await Promise.all([gateway.execute({ query, variables }, SOMEBODY), library.answer(query, variables)]);
        if (outline(ours) !== outline(theirs)) differing.push({ query, variables, ours: outline(ours), theirs: outline(theirs) });
      }
    } finally {
      await gateway.stop();
    }
    expect(differing.length > (MAY_DIFFER * valid) / 1000 ? differing.slice(0, 3) : []).toEqual([]);
  });
});

/** Keeps data in order and the paths of errors; messages differ between servers. */
function outline({ data, errors }: Pick<ExecutionResult, 'data' | 'errors'>): string {
  return JSON.stringify({ data, errors: (errors ?? []).map(({ path }) => path?.join('.')).sort() });
}
