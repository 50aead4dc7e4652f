import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { SOURCES } from './sources.ts';

/**
 * The allowed keys of a list: identifiers of the platform or the page, and positions. Two equal keys make the page fail, so text that a
 * person, a model or a file wrote is not allowed.
 */
const KEYS = new Set(['at', 'id', 'key']);
/** Allows the braces of a pattern inside, as in `{#each rows as { id } (id)}`. */
const EACH = /\{#each\s(?:[^{}]|\{[^{}]*\})*\}/g;

/** Returns the lists of a component with other keys. */
function strayKeys(source: string): string[] {
  return [...source.matchAll(EACH)]
    .map(([head]) => head)
    .filter((head) => {
      const key = /\(([^()]*)\)\s*\}$/.exec(head)?.[1];
      return key === undefined || !KEYS.has(key.trim().split('.').at(-1)!);
    });
}

const SECURE_ONLY =
  /\b(?:randomUUID|crypto\.subtle|navigator\.(?:clipboard|locks|serviceWorker|storage|wakeLock|share|mediaDevices|credentials|geolocation|getBattery|usb|bluetooth)|caches\.|new Notification|showOpenFilePicker|showSaveFilePicker)\b/;
const STORAGE = /\b(?:localStorage|sessionStorage|indexedDB)\b/;
const pages = SOURCES.filter((file) => file.startsWith('web/src/') && !file.endsWith('.test.ts'));
const filesWith = (pattern: RegExp) => pages.filter((file) => pattern.test(readFileSync(file, 'utf8')));

describe('the web pages', () => {
  it('key lists by identifiers and positions, never by text that could occur twice', () => {
    const found = pages
      .filter((file) => file.endsWith('.svelte'))
      .flatMap((file) =>
        strayKeys(readFileSync(file, 'utf8')).map((head) => `${file}: ${head} Use an id, or the position: "as item, at (at)".`),
      );
    expect(found).toEqual([]);
  });

  it.each([
    '{#each items as item (item.label)}',
    '{#each items as { name } (name)}',
    '{#each items as item}',
    '{#each f(a, (b)) as x (x.name)}',
  ])('are reported where they have the list head %s', (head) => expect(strayKeys(`<ul>${head}<li></li>{/each}</ul>`)).toHaveLength(1));

  it('use the APIs of secure contexts in one file, where each has a fallback for plain HTTP', () => {
    expect(filesWith(SECURE_ONLY)).toEqual(['web/src/lib/browser/secure-context.ts']);
  });

  it('use browser storage in few files, which are cleared at sign-out', () => {
    expect(filesWith(STORAGE)).toEqual([
      'web/src/lib/browser/account-storage.ts',
      'web/src/lib/browser/secure-context.ts',
      'web/src/lib/shell/theme.svelte.ts',
      'web/src/lib/users/session.ts',
    ]);
  });

  it('never show the message of an exception as the reason', () => {
    expect(filesWith(/\((?:error|cause) as Error\)\.message|error instanceof Error \? error\.message|\(error: Error\)/)).toEqual([]);
  });
});
