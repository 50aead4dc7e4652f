import { defineConfig } from 'oxlint';

export default defineConfig({
  jsPlugins: ['./tests/rules/lint-plugin.ts'],
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error' },
  options: { typeAware: true, denyWarnings: true },
  ignorePatterns: [
    '**/node_modules',
    '/dist',
    '/data',
    'web/build',
    'web/.svelte-kit',
    'web/static',
    'web/src/lib/graph/schema.d.ts',
    'schema/introspection.ts',
  ],
  rules: {
    'parley/boundaries': 'error',
    'typescript/parameter-properties': ['error', { prefer: 'class-property' }],
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
    {
      files: ['infra/launch.mjs', 'infra/launch/**', 'infra/deploy/*.mjs', 'tests/**'],
      rules: { 'no-console': 'off', 'node/no-process-env': 'off' },
    },
    // The one reader, and the one write: Apollo's exporter is told to stay silent before anything of Apollo is loaded.
    { files: ['infra/config.ts', 'gateway/server/apollo-reporting.ts'], rules: { 'node/no-process-env': 'off' } },
    // Where the console of libraries is led into the log.
    { files: ['infra/log.ts', 'infra/log.test.ts'], rules: { 'no-console': 'off' } },
    // What crosses between subgraphs, and between a subgraph and its schema, is typed: see graphql in subgraphs/framework/graphql.ts.
    {
      files: ['subgraphs/**/*.resolver.ts', 'subgraphs/framework/graphql.ts', 'subgraphs/framework/ask-each.ts', 'infra/graph/**'],
      rules: { 'typescript/no-explicit-any': 'error' },
    },
    // Node's runner takes care of the promises of its own `it`.
    { files: ['web/src/**/*.test.ts'], rules: { 'typescript/no-floating-promises': 'off' } },
  ],
});
