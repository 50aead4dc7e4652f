/** What marks up a line of Markdown, in the order in which it is taken off. */
const LINE_MARKS: [RegExp, string][] = [
  [/^[ \t]*(?:```|~~~).*$/gm, ''],
  [/^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$/gm, ''],
  [/^[ \t]*(?:[-*_][ \t]*){3,}$/gm, ''],
  [/^[ \t]*(?:>[ \t]?)+/gm, ''],
  [/^[ \t]*#{1,6}[ \t]+/gm, ''],
  [/^[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?/gm, ''],
  [/^[ \t]*\|[ \t]*|[ \t]*\|[ \t]*$/gm, ''],
  [/[ \t]+\|[ \t]+/g, ' · '],
];
/** What marks up words. Each may reach over 200 characters, so that no text makes the search for its end slow. */
const WORD_MARKS: [RegExp, string][] = [
  [/!?\[([^\][\n]{1,200})\]\([^()\s]{0,500}(?:[ \t]+"[^"\n]{0,200}")?\)/g, '$1'],
  [/<((?:https?|mailto):[^<>\s]{1,500})>/g, '$1'],
  [/<\/?[a-z][a-z0-9]{0,20}(?:[ \t][^<>\n]{0,200})?\/?>/gi, ' '],
  [/(?<!\\)(\*\*|__|~~)(?=\S)([^\n]{1,200}?\S|\S)\1/g, '$2'],
  [/(?<![\\*\p{L}\p{N}])\*(?=[^\s*])([^*\n]{1,200})(?<=\S)\*(?!\*)/gu, '$1'],
  [/(?<![\\\p{L}\p{N}_])_(?=[^\s_])([^_\n]{1,200})(?<=\S)_(?![\p{L}\p{N}_])/gu, '$1'],
  [/`{1,3}([^`\n]{1,200})`{1,3}/g, '$1'],
  [/\\([\\`*_{}[\]()#+\-.!|>~])/g, '$1'],
];

/** The words of a Markdown text on one line, without its marks. */
export function plainText(markdown: string): string {
  const text = [...LINE_MARKS, ...WORD_MARKS].reduce((rest, [mark, into]) => rest.replace(mark, into), markdown);
  return text.replace(/\s+/g, ' ').trim();
}
