import { builtinModules } from 'node:module';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { vendorFault, VENDORS } from './boundaries.ts';
import { packageOf } from './lint-plugin.ts';
import { importsOf, SOURCES } from './sources.ts';

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** `$app` and `$lib` are SvelteKit's own aliases. */
const isVendor = (specifier: string) => !/^(node:|\$|#|virtual:)/.test(specifier) && !builtinModules.includes(specifier);
const uses = SOURCES.flatMap(importsOf)
  .filter(({ ours, target }) => !ours && isVendor(target))
  .map(({ file, target }) => ({ file, name: packageOf(target) }));
const isTest = (file: string) => file.startsWith('tests/') || file.endsWith('.test.ts');

describe('a vendor package', () => {
  it('has an entry in tests/rules/boundaries.ts, and is imported only at its places', () => {
    const unknown = uses.filter(({ file, name }) => !isTest(file) && !VENDORS[name]).map(({ file, name }) => `${file} imports ${name}`);
    expect(unknown).toEqual([]);
    expect(uses.map(({ file, name }) => vendorFault(file, name)).filter(Boolean)).toEqual([]);
  });

  it('is imported at each place of its entry', () => {
    const idle = Object.entries(VENDORS).flatMap(([name, addresses]) =>
      addresses
        .filter((address) => !uses.some((use) => use.name === name && use.file.startsWith(address)))
        .map((address) => `${name} at ${address}`),
    );
    expect(idle).toEqual([]);
  });
});

describe('package.json', () => {
  const [root, web] = ['package.json', 'web/package.json'].map((file) => JSON.parse(readFileSync(file, 'utf8')) as Manifest) as [
    Manifest,
    Manifest,
  ];
  /** Peer dependencies, programs of npm scripts and the browser, and types of imported packages. */
  const INDIRECT =
    /^(@types\/|typescript$|oxlint|prettier|jest$|svelte-check$|tailwindcss$|@sveltejs\/vite-plugin-svelte$|@fontsource|class-validator$|axe-core$|@gql\.tada\/|pdfjs-dist$)/;

  it('lists every package that is imported', () => {
    const named = { ...root.dependencies, ...root.devDependencies, ...web.dependencies, ...web.devDependencies };
    const given = [...new Set(uses.map(({ name }) => name))].filter((name) => !(name in named));
    // Types of the gateway's parts, which come with @apollo/gateway and must be of its version.
    expect(given.sort()).toEqual(['@apollo/federation-internals', '@apollo/server-gateway-interface']);
  });

  it('lists no package without a use', () => {
    const names = [root, web].flatMap(({ dependencies, devDependencies }) => Object.keys({ ...dependencies, ...devDependencies }));
    const used = new Set(uses.map(({ name }) => name));
    expect(names.filter((name) => !used.has(name) && !INDIRECT.test(name))).toEqual([]);
  });
});
