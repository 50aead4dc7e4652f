/** Defines which code may import which, as data and two functions, for the lint rule and the tests of this folder. */

import { dirname, join, normalize } from 'node:path';

/** Packages and the files or folders that may import them; tests may import any. */
export const VENDORS: Record<string, string[]> = {
  // infra
  '@aws-sdk/client-s3': ['infra/files/s3.ts'],
  '@aws-sdk/lib-storage': ['infra/files/s3.ts'],
  '@electric-sql/pglite': ['infra/database/'],
  '@electric-sql/pglite-pgvector': ['infra/database/engine-thread.ts'],
  '@mikro-orm/migrations': ['infra/database/'],
  '@mikro-orm/pglite': ['infra/database/pglite.ts'],
  '@mikro-orm/postgresql': ['infra/database/server.ts'],
  bentocache: ['infra/cache/'],
  '@verrou/core': ['infra/cache/redis.ts'],
  flydrive: ['infra/files/disk.ts'],
  'gpt-tokenizer': ['infra/ai/tokens.ts'],
  '@opentelemetry/api': ['infra/traces/otlp.ts'],
  '@opentelemetry/exporter-trace-otlp-http': ['infra/traces/otlp.ts'],
  '@opentelemetry/resources': ['infra/traces/otlp.ts'],
  '@opentelemetry/sdk-trace-node': ['infra/traces/otlp.ts'],
  ioredis: ['infra/redis/client.ts', 'infra/redis/cluster.ts', 'infra/bus/redis.ts', 'infra/cache/redis.ts', 'infra/limits/redis.ts'],
  jose: ['infra/tokens/jwt.ts'],
  openai: ['infra/ai/openai.ts'],
  jsonrepair: ['infra/ai/response/tool-arguments.ts'],
  pg: ['infra/database/server.ts'],
  'pg-boss': ['infra/queue/postgres.ts'],
  pino: ['infra/log.ts'],
  'prom-client': ['infra/metrics/prometheus.ts'],
  'rate-limiter-flexible': ['infra/limits/'],
  'weaviate-client': ['infra/vectors/weaviate.ts'],
  // gateway
  '@apollo/gateway': ['gateway/gateway.ts'],
  '@apollo/query-planner': ['gateway/planning/apollo.ts'],
  '@apollo/federation-internals': ['gateway/planning/apollo.ts'],
  '@apollo/server': ['gateway/server/apollo.ts'],
  '@apollo/server-gateway-interface': ['gateway/'],
  '@as-integrations/fastify': ['gateway/server/apollo.ts'],
  '@fastify/compress': ['gateway/server/server.ts'],
  '@fastify/cookie': ['gateway/'],
  '@fastify/helmet': ['gateway/'],
  '@fastify/proxy-addr': ['gateway/auth/client-address.ts'],
  '@fastify/static': ['gateway/server/static.ts'],
  '@graphql-hive/router-query-planner': ['gateway/planning/hive.ts'],
  '@theguild/federation-composition': ['gateway/compose.ts'],
  cockatiel: [
    'infra/compose/connect.ts',
    'gateway/sources/replica.ts',
    'subgraphs/conversations/run/run-follower.ts',
    'subgraphs/users/password.ts',
  ],
  fastify: ['gateway/', 'subgraphs/framework/serve.ts', 'infra/http/', 'infra/compose/'],
  'graphql-sse': ['gateway/'],
  ws: ['gateway/', 'subgraphs/framework/serve.ts'],
  'graphql-ws': ['gateway/', 'subgraphs/framework/serve.ts', 'web/src/lib/graph/'],
  // subgraphs
  '@apollo/subgraph': ['subgraphs/framework/open.ts'],
  '@mikro-orm/core': ['subgraphs/', 'infra/database/', 'infra/queue/'],
  '@mikro-orm/sql': ['subgraphs/', 'infra/database/'],
  '@mozilla/readability': ['subgraphs/tools/page/'],
  '@node-rs/argon2': ['subgraphs/users/password.ts'],
  '@zxcvbn-ts/core': ['subgraphs/users/password-strength.ts'],
  '@zxcvbn-ts/language-common': ['subgraphs/users/password-strength.ts'],
  '@kenjiuno/msgreader': ['subgraphs/knowledge/documents/extract/mail/'],
  ajv: ['subgraphs/tools/json-schema.ts'],
  'csv-parse': ['subgraphs/knowledge/documents/extract/'],
  dataloader: ['subgraphs/'],
  'graphql-scalars': ['subgraphs/framework/scalars.ts'],
  htmlparser2: ['subgraphs/knowledge/documents/extract/xml.ts'],
  linkedom: ['subgraphs/knowledge/documents/extract/', 'subgraphs/tools/page/'],
  mammoth: ['subgraphs/knowledge/documents/extract/'],
  'dingbat-to-unicode': ['subgraphs/knowledge/documents/extract/word/'],
  numfmt: ['subgraphs/knowledge/documents/extract/office/'],
  'postal-mime': ['subgraphs/knowledge/documents/extract/mail/'],
  'reflect-metadata': ['subgraphs/'],
  'type-graphql': ['subgraphs/'],
  undici: ['gateway/sources/', 'subgraphs/tools/page/'],
  unpdf: ['subgraphs/knowledge/documents/extract/'],
  yauzl: ['subgraphs/knowledge/documents/extract/'],
  // web
  '@gql.tada/internal': ['subgraphs/framework/print-types.ts', 'web/print-types.ts'],
  '@lucide/svelte': ['web/src/'],
  '@sveltejs/adapter-static': ['web/vite.config.ts'],
  '@sveltejs/kit': ['web/'],
  '@tailwindcss/vite': ['web/vite.config.ts'],
  '@urql/core': ['web/src/lib/graph/'],
  '@urql/exchange-auth': ['web/src/lib/graph/'],
  '@urql/exchange-graphcache': ['web/src/lib/graph/'],
  dompurify: ['web/src/lib/markdown/'],
  'gql.tada': ['subgraphs/framework/graphql.ts', 'web/src/lib/graph/'],
  'highlight.js': ['web/src/lib/markdown/'],
  katex: ['web/src/lib/markdown/'],
  marked: ['web/src/lib/markdown/'],
  svelte: ['web/src/'],
  vite: ['web/vite.config.ts', 'infra/launch/'],
  'lru-cache': ['gateway/', 'subgraphs/framework/schema-source.ts'],
  // wherever a GraphQL document is read or written
  graphql: ['gateway/', 'infra/http/', 'subgraphs/', 'web/print-types.ts', 'web/src/lib/graph/'],
};

/** The folders of this repository that a folder may import; the first boundary whose `from` matches a file applies to it. */
interface Boundary {
  from: RegExp;
  may: (RegExp | ((file: RegExpExecArray) => RegExp))[];
  /** The alternative that the lint message names. */
  instead: string;
}

/** The interface of a port has the name of its folder; logging, ids, async iterators and timeouts are open to all server code. */
const PORTS = /^infra\/(?:(\w+)\/\1|async\/\w+|log|id)\.ts$/;
/** Parts that every HTTP server of the product shares: errors, health, metrics and graceful shutdown. */
const HTTP = /^infra\/http\//;
const CONTRACT = /^schema\//;
/** Lists the files of the framework that a subgraph may import; the others build and serve subgraphs. */
const FRAMEWORK = /^subgraphs\/framework\/(subgraph|context|policy|connection|quota|scalars|live|graphql|ask-each)\.ts$/;

const BOUNDARIES: Boundary[] = [
  { from: /^tests\//, may: [/./], instead: '' },
  { from: CONTRACT, may: [CONTRACT], instead: 'schema/ is the contract between processes: it imports nothing but itself.' },
  // The composition root.
  { from: /^infra\/(start\.ts$|compose\/|backup\/)/, may: [/./], instead: '' },
  {
    from: /^infra\/(\w+)\/\1\.ts$/,
    may: [CONTRACT],
    instead: 'The interface of a port imports schema/ only.',
  },
  {
    from: /^infra\/(\w+)\//,
    may: [CONTRACT, PORTS, (file) => new RegExp(`^infra/${file[1]}/`)],
    instead:
      'An adapter imports its own port, the interfaces of others, its one vendor and schema/. infra/compose/ passes it anything else.',
  },
  {
    from: /^infra\//,
    may: [CONTRACT, /^infra\//],
    instead: 'Only the composition root, infra/start.ts and infra/compose/, imports subgraphs/ and gateway/.',
  },
  {
    from: /^subgraphs\/(all|print)\.ts$/,
    may: [/^subgraphs\//, CONTRACT, PORTS],
    instead: 'Subgraphs are assembled from subgraphs/, the interfaces of ports and schema/.',
  },
  {
    from: /^subgraphs\/framework\//,
    may: [CONTRACT, PORTS, /^subgraphs\/framework\//],
    instead: 'What all subgraphs use imports none of them.',
  },
  {
    from: /^subgraphs\/(\w+)\//,
    may: [CONTRACT, PORTS, FRAMEWORK, (file) => new RegExp(`^subgraphs/${file[1]}/`)],
    instead:
      'No subgraph imports another, nor an adapter. Ask through the graph: graph.ask(document, variables, identity). Tell through facts: queue.emit(em, fact, payload, actor).',
  },
  {
    from: /^gateway\//,
    may: [CONTRACT, PORTS, HTTP, /^gateway\//],
    instead:
      'The gateway knows SDL and sources, never the code of a subgraph nor an adapter: take what you need as an argument from infra/compose/.',
  },
  {
    from: /^web\//,
    may: [/^web\//, /^schema\/api\.graphql$/],
    instead: 'The web knows the product only through schema/api.graphql and the types printed from it.',
  },
];

/** Programs and the composition root: nothing imports them. */
const ROOTS = /^(tests\/|infra\/start\.ts|infra\/compose\/|infra\/backup\/|infra\/launch|subgraphs\/print\.ts)/;

const isTest = (file: string) => file.startsWith('tests/') || file.endsWith('.test.ts');

/** Returns the path from the root that a specifier means, or null for a package. */
export function ownTarget(file: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return normalize(join(dirname(file), specifier)).replaceAll('\\', '/');
  return specifier.startsWith('#lib/') ? specifier.replace('#lib/', 'web/src/lib/') : null;
}

/** Returns why a file may not import another file, or null. Tests beside a file may import `tests/support/`. */
export function boundaryFault(file: string, target: string): string | null {
  if (isTest(file) && target.startsWith('tests/support/')) return null;
  if (ROOTS.test(target) && !ROOTS.test(file)) return `${file} imports ${target}. Nothing imports tests, programs or the composition root.`;
  for (const { from, may, instead } of BOUNDARIES) {
    const match = from.exec(file);
    if (!match) continue;
    const allowed = may.some((rule) => (rule instanceof RegExp ? rule : rule(match)).test(target));
    return allowed ? null : `${file} imports ${target}. ${instead}`;
  }
  return null;
}

/** Returns why a file may not import a package, or null. */
export function vendorFault(file: string, name: string): string | null {
  const addresses = VENDORS[name];
  if (!addresses || isTest(file) || addresses.some((address) => file.startsWith(address))) return null;
  return `${file} imports ${name}, which only ${addresses.join(', ')} may import. Use what is there.`;
}

export const BANNED_NAMES = [
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'shared',
  'misc',
  'manager',
  'base',
  'core',
  'types',
  'constants',
  'index',
];
