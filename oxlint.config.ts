import { readdirSync } from 'node:fs';
import { defineConfig } from 'oxlint';
import { PORTS, SUBGRAPHS, VENDORS } from './tests/rules/house.ts';

interface Pattern {
  regex: string;
  message: string;
}

const forbid = (patterns: Pattern[]) => ({ 'no-restricted-imports': ['error', { patterns }] }) as const;

/** The files of a room but some, as one pattern: the linter's regular expressions cannot say "but". */
function filesBut(room: string, ...exceptions: RegExp[]): string {
  const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).map((file) => `${room}/${file.replaceAll('\\', '/')}`);
  const walled = files.filter((file) => /\.\w+$/.test(file) && !exceptions.some((exception) => exception.test(file)));
  return `^(\\.\\./)+(${walled.join('|').replaceAll('.', '\\.')})$`;
}

/** Every vendor that has no address at this path. A later override replaces an earlier one, so each is complete. */
function vendors(path: string): Pattern[] {
  return Object.entries(VENDORS)
    .filter(([, addresses]) => !addresses.some((address) => path.startsWith(address)))
    .map(([name, addresses]) => ({
      regex: `^${name.replaceAll('.', '\\.')}(/|$)`,
      message: `${name} has one address: ${addresses.join(', ')}. Go through what stands there.`,
    }));
}

const SUMMITS: Pattern = { regex: '^(\\.\\./)+(tests/|infra/start\\.ts)', message: 'Nobody imports tests/ or the composition root.' };
/** The composition root, and what else is composed of everything. */
const COMPOSED = ['infra/start.ts', 'infra/roles/', 'infra/backup/'];
const CONTRACT: Pattern = { regex: '^[^.]|^\\.\\./', message: 'schema/ is what two processes agree on: it imports nothing but itself.' };
const DOMAIN: Pattern = {
  regex: `${filesBut('subgraphs', /^subgraphs\/(tickets|tokens)\.ts$/)}|^(\\.\\./)+gateway/`,
  message: 'Only infra/start.ts, the composition root, knows subgraphs/ and gateway/.',
};
const DOOR: Pattern = {
  regex: '^(\\.\\./)+(subgraphs|web)/',
  message: 'The gateway knows SDL and sources, never the code of a subgraph: take what you need as an argument from infra/start.ts.',
};
const ADAPTERS: Pattern = {
  regex: filesBut('infra', PORTS),
  message: 'Only the interfaces of ports, infra/log.ts and infra/id.ts are known here. The composition root hands you the adapter.',
};
const FACE: Pattern = {
  regex: `${filesBut('schema', /api\.graphql$/)}|^(\\.\\./)+(subgraphs|gateway|infra|tests)/`,
  message: 'The web knows the product only through schema/api.graphql and the types printed from it.',
};

function otherThan(own: string): Pattern {
  const others = SUBGRAPHS.filter((name) => name !== own);
  return {
    regex: `^(\\.\\./)+(subgraphs/)?(${others.join('|')})/|^(\\.\\./)+gateway/`,
    message:
      'No subgraph imports another. Ask through the graph: graph.ask(document, variables, identity). Tell through facts: queue.tell(em, fact, payload, actor).',
  };
}

/** What may not be imported at this path. */
function patterns(path: string): Pattern[] {
  const [room, name] = path.split('/');
  const walls: Record<string, Pattern[]> = {
    schema: [CONTRACT],
    infra: COMPOSED.includes(path) ? [] : [DOMAIN],
    gateway: [DOOR, ADAPTERS],
    subgraphs: !name || name.endsWith('.ts') ? [ADAPTERS] : [ADAPTERS, otherThan(name)],
    web: [FACE],
  };
  return [SUMMITS, ...(walls[room ?? ''] ?? []), ...vendors(path)];
}

const ROOMS = ['schema/', 'infra/', 'gateway/', 'subgraphs/', ...SUBGRAPHS.map((name) => `subgraphs/${name}/`), 'web/'];
/** General before special: the addresses of vendors come last. */
const ADDRESSES = [...new Set(Object.values(VENDORS).flat())].filter((path) => !ROOMS.includes(path)).sort((a, b) => a.length - b.length);

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error' },
  options: { typeAware: true, denyWarnings: true },
  ignorePatterns: ['**/node_modules', '/dist', '/data', 'web/build', 'web/.svelte-kit', 'web/static', 'web/src/lib/graph/schema.d.ts'],
  rules: {
    'typescript/no-floating-promises': 'error',
    'node/no-process-env': 'error',
    'import/no-cycle': 'error',
    'no-console': 'error',
    'max-lines': ['error', { max: 300 }],
    eqeqeq: ['error', 'smart'],
    'prefer-const': 'error',
    'no-var': 'error',
    // What we do on purpose: copies before a list changes, code points of a text, control characters that we refuse.
    'typescript/no-base-to-string': 'off',
    'typescript/no-misused-spread': 'off',
    'typescript/require-array-sort-compare': 'off',
    'typescript/unbound-method': 'off',
    'no-control-regex': 'off',
    'unicorn/no-new-array': 'off',
    'unicorn/no-useless-spread': 'off',
    'unicorn/prefer-string-starts-ends-with': 'off',
  },
  overrides: [
    ...[...ROOMS, ...COMPOSED, ...ADDRESSES].map((path) => ({
      files: [path.endsWith('/') ? `${path}**` : path],
      rules: forbid(patterns(path)),
    })),
    {
      files: ['infra/launch.mjs', 'infra/launch/**', 'infra/deploy/*.mjs', 'tests/**'],
      rules: { 'no-console': 'off', 'node/no-process-env': 'off' },
    },
    // The one reader, and the one write: Apollo's exporter is told to stay silent before anything of Apollo is loaded.
    { files: ['infra/config.ts', 'gateway/telemetry.ts'], rules: { 'node/no-process-env': 'off' } },
    // Where the console of libraries is led into the log.
    { files: ['infra/log.ts', 'infra/log.test.ts'], rules: { 'no-console': 'off' } },
    { files: ['tests/**', '**/*.test.ts'], rules: { 'no-restricted-imports': 'off' } },
    // Node's runner takes care of the promises of its own `it`.
    { files: ['web/src/**/*.test.ts'], rules: { 'typescript/no-floating-promises': 'off' } },
  ],
});
