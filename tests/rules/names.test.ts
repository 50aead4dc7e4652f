import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { BANNED_NAMES } from './boundaries.ts';
import { FILES, SOURCES } from './sources.ts';

const banned = new Set(BANNED_NAMES);
/** SvelteKit prescribes the names of its files: `+page.svelte`, `[id]`, `(app)`. */
const isRoute = (file: string) => file.startsWith('web/src/routes/');

describe('file and folder names', () => {
  it('describe their content: none is a catch-all such as utils or helpers', () => {
    const drawers = FILES.filter((file) => file.split('/').some((part) => banned.has(part.split('.')[0]!.toLowerCase())));
    expect(drawers).toEqual([]);
  });

  it('are kebab-case, and PascalCase for components', () => {
    const odd = SOURCES.filter((file) => !isRoute(file)).filter((file) => {
      const name = file.split('/').at(-1)!;
      return file.endsWith('.svelte') ? !/^[A-Z][A-Za-z0-9]*\.svelte$/.test(name) : !/^[a-z0-9]+(?:[-.][a-z0-9]+)*\.\w+$/.test(name);
    });
    expect(odd).toEqual([]);
  });

  it('belong to one place: no file re-exports another', () => {
    // The two scalars are the library's, under the names that the schema gives them.
    const barrels = SOURCES.filter(
      (file) => file !== 'subgraphs/framework/scalars.ts' && /^export (?:\*|\{[^}]*\}) from /m.test(readFileSync(file, 'utf8')),
    );
    expect(barrels).toEqual([]);
  });
});
