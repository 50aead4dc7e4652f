import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Entry {
  version?: string;
  resolved?: string;
  link?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  engines?: { node?: string };
  optionalDependencies?: Record<string, string>;
}

const text = readFileSync('package-lock.json', 'utf8');
const { packages } = JSON.parse(text) as { packages: Record<string, Entry> };
const entries = Object.entries(packages).filter(([path]) => path.includes('node_modules/'));
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** The oldest Node on which `npm ci` must work. */
const OLDEST_NODE = [20, 20];

describe('the lockfile', () => {
  it('names no registry host, so that packages come from the registry that npm is configured for', () => {
    expect(entries.filter(([, { resolved, link }]) => resolved && !link).map(([path]) => path)).toEqual([]);
    expect(text).not.toMatch(/https?:\/\/(?:registry|npm)[.\w]/);
  });

  it('has an entry for every optional package, else npm ci refuses it or another platform lacks it', () => {
    const present = new Set(entries.map(([path]) => nameOf(path)));
    const missing = entries.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !present.has(name))
        .map((name) => `${nameOf(path)} wants ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('has no native package that npm would silently skip on an older Node', () => {
    const native = entries.filter(([, { optional, os, cpu }]) => optional && (os ?? cpu));
    expect(native.length).toBeGreaterThan(20);
    expect(native.filter(([, { engines }]) => !allows(engines?.node, OLDEST_NODE)).map(([path]) => path)).toEqual([]);
  });

  it.each([
    'graphql',
    '@apollo/federation-internals',
    '@apollo/query-graphs',
    '@apollo/query-planner',
    '@apollo/composition',
    '@apollo/gateway',
    '@apollo/subgraph',
  ])('has exactly one copy of %s', (name) => {
    expect(entries.filter(([path]) => nameOf(path) === name)).toHaveLength(1);
  });
});

describe('package.json', () => {
  it.each(['package.json', 'web/package.json'])('pins the version of %s exactly', (file) => {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string> | undefined>;
    const versions = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'].flatMap((key) =>
      Object.entries(manifest[key] ?? {}),
    );
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
  });
});

/** Returns whether a range such as `>= 10 < 21`, `^20.19.0 || >=22.12.0` or `>=18` contains a version. */
function allows(range: string | undefined, [major, minor]: number[]): boolean {
  if (!range || range === '*') return true;
  const version = major! * 1000 + minor!;
  return range.split('||').some((alternative) =>
    [...alternative.matchAll(/(>=|<=|<|>|\^|~)?\s*v?(\d+)(?:\.(\d+|x))?(?:\.(?:\d+|x))?/g)].every(([, sign = '^', high, low = '0']) => {
      const bound = Number(high) * 1000 + (Number(low) || 0);
      if (sign === '>=' || sign === '>') return version >= bound;
      if (sign === '<' || sign === '<=') return version < bound;
      return Number(high) === major && version >= bound;
    }),
  );
}
