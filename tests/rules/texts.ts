import { readFileSync } from 'node:fs';

/** A text of the source for people, with its position. */
export interface Text {
  kind: 'comment' | 'title' | 'log' | 'description';
  file: string;
  line: number;
  text: string;
}

const STRING = `(?:"(?:\\\\.|[^"\\\\\\n])*"|'(?:\\\\.|[^'\\\\\\n])*'|\`(?:\\\\.|[^\`\\\\])*\`)`;
const REGEX = `(?<=[=(,:[!&|?;{}]\\s*)/(?![/*])(?:\\\\.|\\[(?:\\\\.|[^\\]\\\\\\n])*\\]|[^/\\\\\\n[])+/`;
/** Matches strings and regular expressions first, so that comment signs and quotation marks inside them are skipped. */
const COMMENT = new RegExp(`${STRING}|${REGEX}|(/\\*[\\s\\S]*?\\*/|<!--[\\s\\S]*?-->|(?<![:\\\\/])//[^\\n]*)`, 'g');
const TITLE = new RegExp(
  `(?:\\b(?:it|describe|test)(?:\\.(?:skip|only|todo|skipIf\\([^)]*\\)))?|\\.each\\([\\s\\S]{0,2000}?\\))\\(\\s*(${STRING})`,
  'g',
);
const LOG = new RegExp(`\\blog\\.(?:trace|debug|info|warn|error|fatal)\\((?:\\s*\\{[^}]*\\},|[^'"\`(){}]*,)?\\s*(${STRING})`, 'g');
const DESCRIPTION = new RegExp(`\\b(?:description|about):\\s*(${STRING})`, 'g');

/** Returns the comments, test titles, log messages and API descriptions of a TypeScript, JavaScript, Svelte or CSS file. */
export function textsOf(file: string): Text[] {
  const source = readFileSync(file, 'utf8');
  const find = (kind: Text['kind'], pattern: RegExp) =>
    [...source.matchAll(pattern)].flatMap((match) => {
      if (!match[1]) return [];
      return [{ kind, file, line: source.slice(0, match.index).split('\n').length, text: plain(kind, match[1]) }];
    });
  return [
    ...find('comment', COMMENT),
    ...(file.endsWith('.test.ts') ? find('title', TITLE) : []),
    ...find('log', LOG),
    ...find('description', DESCRIPTION),
  ];
}

/** Removes the delimiters and joins lines. Code within backticks is left out, since it is not prose. */
function plain(kind: Text['kind'], raw: string): string {
  const inside = kind === 'comment' ? raw.replace(/^(\/\*+|\/\/+|<!--)|(\*+\/|-->)$/g, '').replace(/^\s*\*/gm, ' ') : raw.slice(1, -1);
  const text = kind === 'comment' ? inside.replace(/`[^`\n]*`/g, '``') : inside;
  return text.replace(/\s+/g, ' ').trim();
}
