import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import { composeFiles, readSubgraphSchemas } from '../../gateway/compose.ts';
import { Gateway } from '../../gateway/gateway.ts';
import type { PlannerName } from '../../gateway/planning/planner.ts';
import { local } from '../../gateway/sources/local.ts';
import { openLog } from '../../infra/log.ts';
import { openOracle, type Oracle } from '../support/federation/oracle.ts';
import { productOperations } from '../support/federation/product-operations.ts';
import { SOMEBODY } from '../support/federation/shop.ts';
import { toySubgraph, toyVariables } from '../support/federation/toy-subgraph.ts';

const operations = productOperations().filter(({ kind }) => kind !== 'subscription');

/** Adds operations that the product does not send yet: all subgraphs at once, nested lists, one object twice. */
const FURTHER_OPERATIONS = [
  {
    name: 'Showcase',
    query: `query Showcase($id: ID!) { conversation(id: $id) { title messages(first: 5) { edges { node { id text
     run { status usage { inputTokens costUsd } assistantVersion { number name } }
     citations { number passage { text document { name status } } document { name } } } } }
     assistant { name owner { name email } knowledgeBases { id name } tools { name } } } }`,
  },
  {
    name: 'Aliases',
    query: `query Aliases($id: ID!, $deep: Boolean! = true) { a: conversation(id: $id) { assistant { ...A } } b: conversation(id: "other") { assistant { ...A } }
     assistants(first: 3) { edges { node { ...A } } pageInfo { hasNextPage } } }
   fragment A on Assistant { id who: owner { name } ... @include(if: $deep) { passages(for: "x", first: 2) { score passage { text document { name } } } } }`,
  },
];

describe.each<PlannerName>(['hive', 'apollo'])(
  "an operation of the product, planned by %s, is answered as by Apollo's executor",
  (plannerName) => {
    const schemas = readSubgraphSchemas();
    let gateway: Gateway;
    let oracle: Oracle;
    let unreachable: string | undefined;

    beforeAll(async () => {
      const subgraphs = Object.entries(schemas).map(([name, sdl]) => [name, toySubgraph(sdl)] as const);
      for (const [name, subgraph] of subgraphs) {
        subgraph.before = async () => {
          if (name === unreachable) throw new Error(`${name} is away`);
        };
      }
      const sources = new Map(subgraphs.map(([name, subgraph]) => [name, local(subgraph)]));
      const supergraphSdl = composeFiles(schemas)['supergraph.graphql']!;
      gateway = new Gateway({ supergraphSdl, sources, plannerName, log: openLog('silent') });
      await gateway.load();
      oracle = await openOracle(supergraphSdl, (name) => sources.get(name)!, SOMEBODY);
    });

    async function compare(query: string): Promise<{ ours: ExecutionResult; theirs: ExecutionResult }> {
      const operation = parse(query).definitions.find((one): one is OperationDefinitionNode => one.kind === 'OperationDefinition')!;
      const variables = toyVariables(operation, gateway.schema);
      const [ours, theirs] = await Promise.all([gateway.execute({ query, variables }, SOMEBODY), oracle.execute(query, variables)]);
      return { ours, theirs };
    }

    it.each([...operations, ...FURTHER_OPERATIONS])('$name', async ({ query }) => {
      unreachable = undefined;
      const { ours, theirs } = await compare(query);
      expect(theirs.errors).toBeUndefined();
      expect(ours.errors).toBeUndefined();
      expect(plain(ours.data)).toEqual(plain(theirs.data));
    });

    it.each([...operations, ...FURTHER_OPERATIONS])('$name, while any one subgraph is unreachable', async ({ query }) => {
      for (unreachable of Object.keys(schemas)) {
        const { ours, theirs } = await compare(query);
        expect({ unreachable, data: plain(ours.data), failed: Boolean(ours.errors) }).toEqual({
          unreachable,
          data: plain(theirs.data),
          failed: Boolean(theirs.errors),
        });
      }
    });
  },
);

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

it('there are operations to compare (control)', () => {
  expect(operations.length).toBeGreaterThan(10);
});
