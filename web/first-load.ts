import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { Adapter, Builder } from '@sveltejs/kit';
import { PAGE, ThreadQuery } from './src/lib/conversations/thread/operations.ts';
import { preloadQuery } from './src/lib/graph/preload-query.ts';
import { ViewerQuery } from './src/lib/users/viewer.ts';

/** Inlines parts of the built pages, so that a first visit on a slow line needs few requests. */

/** Runs before the first paint; a file of its own while the pages are worked on. */
const BOOT = { tag: '<script src="/boot.js"></script>', file: at('static/boot.js') };
/** The nodes of the pages that most visits begin with, and what they need; the fallback page itself knows of no route. */
const FIRST = ['+layout.svelte', '+page.svelte', 'c/[id]/+page.svelte'].map((file) => `/src/routes/(app)/${file}"`);

/** The first queries of the pages, by path; a group of the pattern is a variable. */
const QUERIES = [preloadQuery('^/(?!sign-)', ViewerQuery), preloadQuery('^/c/(?<id>[^/]+)$', ThreadQuery, { last: PAGE })];
const MODULE = /<link href="[^"]+" rel="modulepreload">/g;
const NO_QUERIES = 'var queries = [];';

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
}

/** The hash by which the policy of the pages allows the boot script. */
export function bootHash(): `sha256-${string}` {
  return `sha256-${createHash('sha256').update(bootScript()).digest('base64')}`;
}

/** The same adapter, whose pages hold their style sheets and the boot script, and whose fallback preloads what it needs. */
export function withFirstLoad(adapter: Adapter): Adapter {
  return {
    ...adapter,
    adapt: (builder) =>
      adapter.adapt({
        ...builder,
        writePrerendered(folder) {
          const written = builder.writePrerendered(folder);
          for (const name of readdirSync(folder).filter((file) => file.endsWith('.html'))) rewrite(join(folder, name), inline);
          return written;
        },
        async generateFallback(page) {
          await builder.generateFallback(page);
          rewrite(page, (html, folder) => inline(preload(html, builder), folder));
        },
      }),
  };
}

function rewrite(page: string, change: (html: string, folder: string) => string): void {
  writeFileSync(page, change(readFileSync(page, 'utf8'), dirname(page)));
}

/** The links stay, disabled: by them the modules know which style sheets are there. */
function inline(html: string, folder: string): string {
  if (!html.includes(BOOT.tag)) throw new Error(`the page has no ${BOOT.tag}`);
  return largestFirst(html, folder)
    .replace(/<link href="(\/[^"]+\.css)" rel="stylesheet">/g, (_, path: string) => `<style>${styles(folder, path)}</style>${known(path)}`)
    .replace(BOOT.tag, () => `<script>${bootScript()}</script>`);
}

/** Six requests at most are under way at a time over HTTP/1.1, so the longest begin, before anything else is read. */
function largestFirst(html: string, folder: string): string {
  const links = html.match(MODULE) ?? [];
  const size = (link: string) => statSync(join(folder, /href="([^"]+)"/.exec(link)?.[1] ?? '')).size;
  const sorted = [...links].sort((a, b) => size(b) - size(a));
  return html.replace(MODULE, '').replace(BOOT.tag, () => `${sorted.join('\n')}\n${BOOT.tag}`);
}

function known(path: string): string {
  return `<link href="${path}" rel="stylesheet" disabled media="(max-width: 0)">`;
}

/** Rewrites relative URLs of a style sheet to absolute paths. */
function styles(folder: string, path: string): string {
  const css = readFileSync(join(folder, path), 'utf8');
  return css.replace(/url\((['"]?)(\.{1,2}\/[^)'"]+)\1\)/g, (_, quote: string, file: string) => {
    return `url(${quote}${posix.join(posix.dirname(path), file)}${quote})`;
  });
}

function preload(html: string, builder: Builder): string {
  const { modules, sheets } = needed(builder);
  const links = [
    ...modules.filter((path) => !html.includes(path)).map((path) => `<link href="${path}" rel="modulepreload">`),
    ...sheets.filter((path) => !html.includes(path)).map((path) => `<link href="${path}" rel="stylesheet">`),
  ];
  return html.replace('</head>', () => `${links.join('\n')}\n</head>`);
}

function needed(builder: Builder): { modules: string[]; sheets: string[] } {
  const manifest = JSON.parse(readFileSync(join(builder.getClientDirectory(), '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
  const [modules, sheets] = [new Set<string>(), new Set<string>()];
  const add = (chunk: Chunk | undefined): void => {
    if (!chunk || modules.has(`/${chunk.file}`)) return;
    modules.add(`/${chunk.file}`);
    for (const sheet of chunk.css ?? []) sheets.add(`/${sheet}`);
    for (const name of chunk.imports ?? []) add(manifest[name]);
  };
  // The generated module of a node is a line that names its component.
  const begins = (name: string) => /\/nodes\/\d+\.js$/.test(name) && FIRST.some((file) => readFileSync(at(name), 'utf8').includes(file));
  const nodes = Object.keys(manifest).filter(begins);
  if (nodes.length !== FIRST.length) throw new Error(`of the first pages only ${nodes.length} were built`);
  for (const name of nodes) add(manifest[name]);
  return { modules: [...modules], sheets: [...sheets] };
}

function at(path: string): URL {
  return new URL(path, import.meta.url);
}

function bootScript(): string {
  const script = readFileSync(BOOT.file, 'utf8').trim();
  if (!script.includes(NO_QUERIES)) throw new Error(`the boot script has no "${NO_QUERIES}"`);
  return script.replace(NO_QUERIES, () => `var queries = ${JSON.stringify(QUERIES).replaceAll('<', '\\u003c')};`);
}
