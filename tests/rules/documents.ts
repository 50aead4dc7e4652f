import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { FILES } from './sources.ts';

/** The documentation: the files of the root and the README of each folder, without the sample documents of tests. */
export const DOCUMENTS: string[] = [
  ...readdirSync('.').filter((file) => file.endsWith('.md')),
  ...FILES.filter((file) => file.endsWith('/README.md') && !file.startsWith('tests/documents/')),
  'web/README.md',
].filter((file) => existsSync(file));

/** Paths outside the checkout: inside a backup, an archive or a bucket, or created at run time. */
const ELSEWHERE: Record<string, RegExp> = {
  'infra/deploy/README.md':
    /^(base|wal|files|secrets|infra\/deploy\/secrets)\/|^manifest\.json$|^backup_manifest$|^postgresql\.conf$|^secret\.key$/,
};
const MADE = /^(dist|data|web\/build|node_modules)(\/|$)/;
const EXTENSION = /\.(ts|mjs|js|md|json|ya?ml|graphql|svelte|sh|css|html|conf|tpl|png)$/;
const PATH = /^[\w.<>{},*@()[\]+-]+(\/[\w.<>{},*@()[\]+-]+)*\/?$/;

/** First segments by which a text with a slash is a path: `schema/x` is one, `text/html` is not. */
const TOP = new Set(readdirSync('.'));
const SCRIPTS = scriptsOf('package.json');
const WEB_SCRIPTS = scriptsOf('web/package.json');

function scriptsOf(manifest: string): Set<string> {
  return new Set(Object.keys((JSON.parse(readFileSync(manifest, 'utf8')) as { scripts: object }).scripts));
}

/** Returns the links, paths in backticks and npm scripts of a document that do not exist. `<name>` stands for any name. */
export function faultsOf(document: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!).filter((target) => !/^\w+:/.test(target));
  const spans = [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
  const paths = spans.flatMap(braced).filter((span) => isPath(span) && !ELSEWHERE[document]?.test(span));
  return [
    ...links.filter((target) => !linkLeads(document, target)).map((target) => `${document}: the link ${target} leads nowhere.`),
    ...paths.filter((path) => !exists(document, path)).map((path) => `${document}: ${path} does not exist.`),
    ...[...text.matchAll(/\bnpm (?:run )?(start|test|(?<=run )[\w:-]+)([^`\n]*)/g)]
      .filter(([, script, rest]) => !(/ -w web/.test(rest!) ? WEB_SCRIPTS : SCRIPTS).has(script!))
      .map(([command]) => `${document}: there is no script for "${command}".`),
  ];
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '');
}

/** Expands `a.{b,c}` to `a.b` and `a.c`. */
function braced(span: string): string[] {
  const [whole, list] = /\{([^{}]+)\}/.exec(span) ?? [];
  return whole ? list!.split(',').flatMap((each) => braced(span.replace(whole, each))) : [span];
}

function isPath(span: string): boolean {
  if (!PATH.test(span) || span.startsWith('@') || MADE.test(span)) return false;
  return EXTENSION.test(span) || span.endsWith('/') || (span.includes('/') && TOP.has(span.split('/')[0]!));
}

function linkLeads(document: string, target: string): boolean {
  const [path, anchor] = target.split('#') as [string, string?];
  const file = path === '' ? document : join(dirname(document), path);
  if (!existsSync(file)) return false;
  return !anchor || anchorsOf(readFileSync(file, 'utf8')).has(anchor);
}

/** Returns the anchors that GitHub gives to headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!.toLowerCase());
  return new Set(headings.map((heading) => heading.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')));
}

/**
 * Resolves from the root or from the folder of the document. A README may leave out the folders between itself and a file; a bare name
 * may be anywhere.
 */
function exists(document: string, path: string): boolean {
  const folder = dirname(document);
  const known = [normalize(path), normalize(join(folder, path))];
  if (!/[<*]/.test(path) && known.some((each) => existsSync(each))) return true;
  const pattern = path
    .replace(/\/$/, '')
    .replaceAll(/[.+()[\]]/g, String.raw`\$&`)
    .replaceAll(/<[^<>]*>|\*/g, '[^/]+');
  const inside = folder === '.' ? '^' : `^${folder}/(?:.+/)?`;
  const bare = path.replace(/\/$/, '').includes('/') ? '' : `|(?:^|/)\\S*${pattern}(/|$)`;
  const fits = new RegExp(`^${pattern}(/|$)|${inside}${pattern}(/|$)${bare}`);
  return FILES.some((file) => fits.test(file));
}
