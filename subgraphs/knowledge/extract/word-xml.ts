const NO_VALUE = '(?:\\s+w:val="(?:1|true|on)")?';
const VANISH = new RegExp(`<w:vanish${NO_VALUE}\\s*/>`);
const RUN = /<w:r(?:\s[^>]*)?>\s*<w:rPr>([\s\S]*?)<\/w:rPr>[\s\S]*?<\/w:r>/g;
const RUBY = /<w:ruby(?:\s[^>]*)?>([\s\S]*?)<\/w:ruby>/g;
const SIMPLE_FIELD = /<w:fldSimple\b[^>]*\/>|<\/?w:fldSimple\b[^>]*>/g;

/**
 * A part of a Word document in the forms that its converter knows: readings stand behind their words, results of fields
 * stand alone, and text that Word hides is left out.
 */
export function plainWord(xml: string, styles: string): string {
  const hidden = hiddenStyles(styles);
  return xml
    .replace(RUBY, (_, inner: string) => readWord(inner))
    .replace(SIMPLE_FIELD, '')
    .replace(RUN, (run, properties: string) => (isHidden(properties, hidden) ? '' : run));
}

/** `word(reading)`, as a browser writes it without support for readings. */
function readWord(ruby: string): string {
  const [, reading = ''] = /<w:rt>([\s\S]*?)<\/w:rt>/.exec(ruby) ?? [];
  const [, base = ''] = /<w:rubyBase>([\s\S]*?)<\/w:rubyBase>/.exec(ruby) ?? [];
  const spoken = textOf(reading);
  return `<w:t xml:space="preserve">${textOf(base)}${spoken && `(${spoken})`}</w:t>`;
}

/** Still escaped: it goes back into the document. */
function textOf(xml: string): string {
  return [...xml.matchAll(/<w:t(?:\s[^>]*)?>([^<]*)<\/w:t>/g)].map(([, text]) => text).join('');
}

function hiddenStyles(styles: string): Set<string> {
  const found = new Set<string>();
  for (const [style, id] of styles.matchAll(/<w:style\b[^>]*\bw:styleId="([^"]{1,200})"[^>]*>[\s\S]*?<\/w:style>/g))
    if (VANISH.test(style)) found.add(id!);
  return found;
}

function isHidden(properties: string, styles: Set<string>): boolean {
  const style = /<w:rStyle\s+w:val="([^"]*)"/.exec(properties)?.[1];
  return VANISH.test(properties) || (style !== undefined && styles.has(style));
}
