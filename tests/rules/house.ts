/** The plan of the house as data: the linter's configuration and the tests of this folder both read it. */

/** Packages that have an address: outside these files and folders (and `tests/`) nobody imports them. */
export const VENDORS: Record<string, string[]> = {
  // infra: the ground
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
  ioredis: [
    'infra/redis.ts',
    'infra/redis-cluster.ts',
    'infra/bus/redis.ts',
    'infra/cache/redis.ts',
    'infra/limits/redis.ts',
    'infra/presence/redis.ts',
  ],
  jose: ['infra/signed.ts'],
  openai: ['infra/ai/openai.ts'],
  jsonrepair: ['infra/ai/response/tool-arguments.ts'],
  pg: ['infra/database/server.ts'],
  'pg-boss': ['infra/queue/postgres.ts'],
  pino: ['infra/log.ts'],
  'prom-client': ['infra/metrics/prometheus.ts'],
  'rate-limiter-flexible': ['infra/limits/'],
  'weaviate-client': ['infra/vectors/weaviate.ts'],
  // gateway: the door
  '@apollo/gateway': ['gateway/gateway.ts'],
  '@apollo/query-planner': ['gateway/planning/apollo-planner.ts'],
  '@apollo/federation-internals': ['gateway/planning/apollo-planner.ts'],
  '@apollo/server': ['gateway/apollo.ts'],
  '@apollo/server-gateway-interface': ['gateway/'],
  '@as-integrations/fastify': ['gateway/apollo.ts'],
  '@fastify/compress': ['gateway/http.ts'],
  '@fastify/cookie': ['gateway/'],
  '@fastify/helmet': ['gateway/'],
  '@graphql-hive/router-query-planner': ['gateway/planning/hive-planner.ts'],
  '@theguild/federation-composition': ['gateway/compose.ts'],
  cockatiel: ['gateway/sources/replica.ts', 'subgraphs/conversations/run/run-follower.ts'],
  fastify: ['gateway/', 'subgraphs/serve.ts', 'infra/roles/'],
  'graphql-sse': ['gateway/'],
  ws: ['gateway/', 'subgraphs/serve.ts'],
  'graphql-ws': ['gateway/', 'subgraphs/serve.ts', 'web/src/lib/graph/'],
  // subgraphs: the domain
  '@apollo/subgraph': ['subgraphs/open.ts'],
  '@mikro-orm/core': ['subgraphs/', 'infra/database/', 'infra/queue/'],
  '@mikro-orm/sql': ['subgraphs/', 'infra/database/'],
  '@mozilla/readability': ['subgraphs/tools/page/'],
  '@node-rs/argon2': ['subgraphs/users/password.ts'],
  '@zxcvbn-ts/core': ['subgraphs/users/password-strength.ts'],
  '@zxcvbn-ts/language-common': ['subgraphs/users/password-strength.ts'],
  '@kenjiuno/msgreader': ['subgraphs/knowledge/extract/mail/'],
  'csv-parse': ['subgraphs/knowledge/extract/'],
  dataloader: ['subgraphs/'],
  'graphql-scalars': ['subgraphs/scalars.ts'],
  htmlparser2: ['subgraphs/knowledge/extract/xml.ts'],
  linkedom: ['subgraphs/knowledge/extract/', 'subgraphs/tools/page/'],
  mammoth: ['subgraphs/knowledge/extract/'],
  'dingbat-to-unicode': ['subgraphs/knowledge/extract/word/'],
  numfmt: ['subgraphs/knowledge/extract/office/'],
  'postal-mime': ['subgraphs/knowledge/extract/mail/'],
  'reflect-metadata': ['subgraphs/'],
  'type-graphql': ['subgraphs/'],
  undici: ['gateway/sources/', 'subgraphs/tools/page/'],
  unpdf: ['subgraphs/knowledge/extract/'],
  yauzl: ['subgraphs/knowledge/extract/'],
  // web: the face
  '@gql.tada/internal': ['web/print-types.ts'],
  '@lucide/svelte': ['web/src/'],
  '@sveltejs/adapter-static': ['web/vite.config.ts'],
  '@sveltejs/kit': ['web/'],
  '@tailwindcss/vite': ['web/vite.config.ts'],
  '@urql/core': ['web/src/lib/graph/'],
  '@urql/exchange-auth': ['web/src/lib/graph/'],
  '@urql/exchange-graphcache': ['web/src/lib/graph/'],
  dompurify: ['web/src/lib/markdown/'],
  'gql.tada': ['web/src/lib/graph/'],
  'highlight.js': ['web/src/lib/markdown/'],
  katex: ['web/src/lib/markdown/'],
  marked: ['web/src/lib/markdown/'],
  svelte: ['web/src/'],
  vite: ['web/vite.config.ts', 'infra/launch/'],
  // wherever a document is
  graphql: ['gateway/', 'subgraphs/', 'web/print-types.ts', 'web/src/lib/graph/'],
};

export const SUBGRAPHS = ['users', 'assistants', 'conversations', 'knowledge', 'tools', 'analytics'] as const;

/** What a room may import, of our own files; the first rule whose `from` fits a file is its rule. */
export interface Wall {
  from: RegExp;
  may: (RegExp | ((file: RegExpExecArray) => RegExp))[];
  /** What to do instead; shown by the linter and by the test. */
  instead: string;
}

/** The interface of a port has the port's name; `log` and `id` are the ground's two words for everybody. */
export const PORTS = /^infra\/(?:(\w+)\/\1|log|id)\.ts$/;
const CONTRACT = /^schema\//;

export const WALLS: Wall[] = [
  { from: /^tests\//, may: [/./], instead: '' },
  { from: CONTRACT, may: [CONTRACT], instead: 'schema/ is what two processes agree on: it imports nothing but itself.' },
  // The composition root, and what each role is composed of.
  { from: /^infra\/(start\.ts$|roles\/|backup\/)/, may: [/./], instead: '' },
  {
    from: /^infra\/(\w+)\/\1\.ts$/,
    may: [CONTRACT],
    instead: 'The interface of a port knows schema/ only: its adapters and its users come to it.',
  },
  {
    from: /^infra\/(\w+)\//,
    may: [CONTRACT, /^infra\/(log|id)\.ts$/, (file) => new RegExp(`^infra/${file[1]}/`)],
    instead: 'An adapter knows its own port, its one vendor and schema/. What else it needs is handed to it in infra/platform.ts.',
  },
  {
    from: /^infra\//,
    // The interfaces of tickets and tokens stand where they are used; their one adapter each is here.
    may: [CONTRACT, /^infra\//, /^subgraphs\/(tickets|tokens)\.ts$/],
    instead: 'Only infra/start.ts, the composition root, knows subgraphs/ and gateway/.',
  },
  {
    from: /^subgraphs\/(all|print)\.ts$/,
    may: [/^subgraphs\//, CONTRACT, PORTS],
    instead: 'Subgraphs are assembled from subgraphs/, the ports and schema/.',
  },
  {
    from: /^subgraphs\/(\w+)\//,
    may: [
      CONTRACT,
      PORTS,
      /^subgraphs\/(subgraph|context|policy|connection|quota|scalars|live|tickets|tokens)\.ts$/,
      (file) => new RegExp(`^subgraphs/${file[1]}/`),
    ],
    instead:
      'No subgraph imports another, nor an adapter. Ask through the graph: graph.ask(document, variables, identity). Tell through facts: queue.tell(em, fact, payload, actor).',
  },
  { from: /^subgraphs\//, may: [CONTRACT, PORTS, /^subgraphs\/[\w-]+\.ts$/], instead: 'What all six share knows none of the six.' },
  {
    from: /^gateway\//,
    may: [CONTRACT, PORTS, /^gateway\//],
    instead:
      'The gateway knows SDL and sources, never the code of a subgraph nor an adapter: take what you need as an argument from infra/start.ts.',
  },
  {
    from: /^web\//,
    may: [/^web\//, /^schema\/api\.graphql$/],
    instead: 'The web knows the product only through schema/api.graphql and the types printed from it.',
  },
];

/** Nobody imports the places where everything comes together. */
export const SUMMITS = /^(tests\/|infra\/start\.ts|infra\/roles\/|infra\/backup\/|infra\/launch|subgraphs\/print\.ts)/;

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
