/** Patterns of block markup, in the order of their removal. */
const LINE_MARKS: [RegExp, string][] = [
  [/^[ \t]*(?:```|~~~).*$/gm, ''],
  [/^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$/gm, ''],
  [/^[ \t]*(?:[-*_][ \t]*){3,}$/gm, ''],
  [/^[ \t]*(?:>[ \t]?)+/gm, ''],
  [/^[ \t]*#{1,6}[ \t]+/gm, ''],
  [/^[ \t]*(?:\$\$|\\[[\]])[ \t]*$/gm, ''],
  [/^[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?/gm, ''],
  [/^[ \t]*\|[ \t]*|[ \t]*\|[ \t]*$/gm, ''],
  [/[ \t]+\|[ \t]+/g, ' · '],
];
/** Patterns of inline markup. Each spans at most 200 characters, which bounds backtracking on hostile text. */
const WORD_MARKS: [RegExp, string][] = [
  [/(?<!\\)\$\$([^$\n]{1,200})\$\$/g, '$1'],
  [/(?<![\\$\p{L}\p{N}])\$(?=[^\s$])([^$\n]{0,199}[^\s$\\])\$(?![$\p{L}\p{N}])/gu, '$1'],
  [/(?<!\\)\\\(([^\n]{1,200}?)\\\)/g, '$1'],
  [/(?<!\\)\\\[([^\n]{1,200}?)\\\]/g, '$1'],
  [/!?\[([^\][\n]{1,200})\]\([^()\s]{0,500}(?:[ \t]+"[^"\n]{0,200}")?\)/g, '$1'],
  [/<((?:https?|mailto):[^<>\s]{1,500})>/g, '$1'],
  [/<\/?[a-z][a-z0-9]{0,20}(?:[ \t][^<>\n]{0,200})?\/?>/gi, ' '],
  [/(?<!\\)(\*\*|__|~~)(?=\S)([^\n]{1,200}?\S|\S)\1/g, '$2'],
  [/(?<![\\*\p{L}\p{N}])\*(?=[^\s*])([^*\n]{1,200})(?<=\S)\*(?!\*)/gu, '$1'],
  [/(?<![\\\p{L}\p{N}_])_(?=[^\s_])([^_\n]{1,200})(?<=\S)_(?![\p{L}\p{N}_])/gu, '$1'],
  [/`{1,3}([^`\n]{1,200})`{1,3}/g, '$1'],
  [/\\([\\`*_{}[\]()#+\-.!|>~])/g, '$1'],
];

/** Returns the text of a Markdown document on one line, without markup and the delimiters of formulas. */
export function plainText(markdown: string): string {
  const text = [...LINE_MARKS, ...WORD_MARKS].reduce((rest, [mark, into]) => rest.replace(mark, into), markdown);
  return text.replace(/\s+/g, ' ').trim();
}
