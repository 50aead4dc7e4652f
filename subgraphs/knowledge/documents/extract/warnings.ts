/** The reasons for which a part of a file is missing from its text or may be wrong. */
export const WARNING_CODES = ['UNREADABLE', 'UNDECODABLE', 'NO_TEXT', 'FROM_PICTURE', 'CUT', 'LEFT_OUT', 'CHARACTERS_REPLACED'] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

/** A stored warning: one per code, with the parts named in the message. */
export interface ReadingWarning {
  code: WarningCode;
  message: string;
  /** The page, sheet or slide numbers in file order; empty for other parts or the whole file. */
  pages: number[];
}

/**
 * Reports a part that cannot be read completely: a page number, or the name of another part, such as `sheet “Costs”` or
 * `attachment plan.zip`. Without a part, the whole file is meant.
 */
export type Warn = (code: WarningCode, part?: number | string) => void;

const MESSAGES: Record<WarningCode, (parts: string, many: boolean) => string> = {
  UNREADABLE: (parts) => `${parts} could not be read.`,
  UNDECODABLE: (parts, many) => `${parts} ${many ? 'have' : 'has'} text that could not be decoded.`,
  NO_TEXT: (parts, many) => `${parts} ${many ? 'hold' : 'holds'} pictures without text.`,
  FROM_PICTURE: (parts, many) => `${parts} ${many ? 'were' : 'was'} read from a picture; some letters may be wrong.`,
  CUT: (parts, many) => `${parts} ${many ? 'are' : 'is'} too long; only the beginning was read.`,
  LEFT_OUT: (parts, many) => `${parts} ${many ? 'were' : 'was'} left out.`,
  CHARACTERS_REPLACED: (parts, many) => `${parts} ${many ? 'have' : 'has'} characters that could not be decoded; each is shown as “�”.`,
};

const MAX_NAMED = 8;
const MAX_PAGES_KEPT = 1_000;
const MAX_NAME = 80;

/** Collects the warnings of a reader; `unit` is the name of the numbered parts of the format. */
export class WarningList {
  readonly #parts = new Map<WarningCode, { pages: Set<number>; names: Set<string> }>();

  readonly warn: Warn = (code, part) => {
    const parts = this.#parts.get(code) ?? { pages: new Set(), names: new Set() };
    this.#parts.set(code, parts);
    if (typeof part === 'number') parts.pages.add(part);
    else if (part !== undefined) parts.names.add(shortened(part));
  };

  toArray(unit = 'page'): ReadingWarning[] {
    return WARNING_CODES.flatMap((code) => {
      const parts = this.#parts.get(code);
      if (!parts) return [];
      const pages = [...parts.pages].sort((left, right) => left - right);
      const subject = [pagesInWords(pages, unit), namesInWords([...parts.names])].filter(Boolean).join(', ') || 'The file';
      const many = pages.length + parts.names.size > 1;
      return [{ code, message: MESSAGES[code](subject[0]!.toUpperCase() + subject.slice(1), many), pages: pages.slice(0, MAX_PAGES_KEPT) }];
    });
  }
}

/** Formats page numbers as `page 3` or `pages 2, 5 to 9 and 12`; many ranges as a count. */
function pagesInWords(pages: number[], unit: string): string {
  if (pages.length === 0) return '';
  if (pages.length === 1) return `${unit} ${pages[0]}`;
  const ranges: [number, number][] = [];
  for (const page of pages) {
    const last = ranges.at(-1);
    if (last && page === last[1] + 1) last[1] = page;
    else ranges.push([page, page]);
  }
  if (ranges.length > MAX_NAMED) return `${pages.length.toLocaleString('en')} ${unit}s`;
  return `${unit}s ${listed(ranges.flatMap(([from, to]) => (to - from > 1 ? [`${from} to ${to}`] : from === to ? [`${from}`] : [`${from}`, `${to}`])))}`;
}

function namesInWords(names: string[]): string {
  const rest = names.length - MAX_NAMED;
  return rest > 1 ? listed([...names.slice(0, MAX_NAMED), `${rest.toLocaleString('en')} others`]) : listed(names);
}

function listed(words: string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Shortens a name from the file, which may have any length and any characters. */
function shortened(name: string): string {
  const plain = name
    .toWellFormed()
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  return plain.length > MAX_NAME ? `${plain.slice(0, MAX_NAME).toWellFormed()}…` : plain;
}
