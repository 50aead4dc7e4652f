import type { ExtractedPage, Reading } from '../extraction.ts';
import { requireText } from '../text.ts';
import type { Warn } from '../warnings.ts';
import { languageOf } from './languages.ts';

/** Maps the interpreter in a script's first line (shebang) to its language. */
const INTERPRETERS: [RegExp, string][] = [
  [/python/, 'python'],
  [/node|deno|bun/, 'javascript'],
  [/ruby/, 'ruby'],
  [/perl/, 'perl'],
  [/php/, 'php'],
  [/sh\b/, 'bash'],
];

/** Keeps source code as it is, in a fence with its language. */
export async function readCode(bytes: Uint8Array, warn: Warn, { declared }: Reading): Promise<ExtractedPage[]> {
  const text = requireText(bytes, warn).replace(/\r\n?/g, '\n');
  const first = text.startsWith('#!') ? text.slice(0, text.indexOf('\n')) : '';
  const byInterpreter = INTERPRETERS.find(([program]) => program.test(first))?.[1];
  return [{ number: null, text: fenced(text, languageOf(declared.name) ?? byInterpreter ?? '') }];
}

/** Fences code with more backticks than any line of it starts with. */
export function fenced(code: string, language = ''): string {
  const longest = [...code.matchAll(/^[ \t]*(`{3,})/gm)].reduce((most, [, marks]) => Math.max(most, marks!.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code.replace(/^\n+/, '').trimEnd()}\n${fence}`;
}
