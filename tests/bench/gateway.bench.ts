import '../../gateway/server/apollo-reporting.ts';
import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway';
import { parse, type GraphQLSchema } from 'graphql';
import { composeFiles } from '../../gateway/compose.ts';
import { Gateway } from '../../gateway/gateway.ts';
import { local } from '../../gateway/sources/local.ts';
import { openLog } from '../../infra/log.ts';
import { PlainSource, subgraphSchema, withLink } from '../support/federation/plain-source.ts';

/**
 * Measures one request in the gateway and its subgraphs together, in this process and without HTTP: twenty messages of one subgraph with
 * twenty authors of another. Both gateways run in turns, so that they share the noise.
 */
const QUERY = 'query Messages($first: Int!) { messages(first: $first) { id text author { id name } } }';
const VARIABLES = { first: 20 };
const MICROSECONDS_AT_MOST = 200;
const ROUNDS = 5;
const REQUESTS = 2000;

const fixtures = {
  messages: {
    sdl: 'type Message { id: ID! text: String! author: User! } type User @key(fields: "id", resolvable: false) { id: ID! } type Query { messages(first: Int!): [Message!]! }',
    resolvers: {
      Query: {
        messages: (_: unknown, { first }: { first: number }) =>
          Array.from({ length: first }, (_, n) => ({ id: `m${n}`, text: `The text of message ${n}.`, author: { id: `u${n}` } })),
      },
    },
  },
  users: {
    sdl: 'type User @key(fields: "id") { id: ID! name: String! } type Query { user: User }',
    resolvers: { User: { __resolveReference: async ({ id }: { id: string }) => ({ id, name: `Person ${id}` }) } },
  },
};

const schemas = new Map<string, GraphQLSchema>(Object.entries(fixtures).map(([name, fixture]) => [name, subgraphSchema(fixture)]));
const supergraphSdl = composeFiles(Object.fromEntries(Object.entries(fixtures).map(([name, { sdl }]) => [name, withLink(sdl)])))[
  'supergraph.graphql'
]!;

async function openOurs(plannerName: 'hive' | 'apollo'): Promise<() => Promise<unknown>> {
  const sources = new Map([...schemas].map(([name, schema]) => [name, local(new Quiet(schema))]));
  const gateway = new Gateway({ supergraphSdl, sources, plannerName, log: openLog('silent') });
  await gateway.load();
  const identity = { viewer: null, requestId: 'bench' };
  return () => gateway.execute({ query: QUERY, variables: VARIABLES }, identity);
}

async function openTheirs(): Promise<() => Promise<unknown>> {
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const gateway = new ApolloGateway({ supergraphSdl, logger, buildService: ({ name }) => new LocalGraphQLDataSource(schemas.get(name)!) });
  const { executor } = await gateway.load();
  const document = parse(QUERY);
  const context = { document, source: QUERY, queryHash: 'hash', operationName: 'Messages', context: {}, metrics: {}, logger, cache: {} };
  return () => executor({ ...context, request: { query: QUERY, variables: VARIABLES } } as never);
}

/** Does not record requests: a growing list would distort the comparison. */
class Quiet extends PlainSource {
  override readonly requests = Object.assign([], { push: () => 0 });
  override readonly identities = Object.assign([], { push: () => 0 });
}

async function microseconds(ask: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < REQUESTS; count++) await ask();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REQUESTS;
}

const contenders = { ours: await openOurs('hive'), oursWithApolloPlanner: await openOurs('apollo'), apolloGateway: await openTheirs() };
const answers = await Promise.all(Object.values(contenders).map(async (ask) => JSON.stringify(((await ask()) as { data: unknown }).data)));
if (new Set(answers).size !== 1) throw new Error('the gateways do not answer alike');

const best: Record<string, number> = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, ask] of Object.entries(contenders)) best[name] = Math.min(best[name] ?? Infinity, await microseconds(ask));
}
const { ours = 0, apolloGateway = 0 } = best;
const rounded = Object.fromEntries(Object.entries(best).map(([name, value]) => [name, Math.round(value)]));
process.stdout.write(
  `${JSON.stringify({ bench: 'gateway', unit: 'µs CPU per request', ...rounded, ratio: Number((apolloGateway / ours).toFixed(1)), bar: MICROSECONDS_AT_MOST })}\n`,
);
if (ours > MICROSECONDS_AT_MOST) process.exitCode = 1;
