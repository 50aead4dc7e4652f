import { childOf, descendantsOf, elementsOf, type XmlElement } from '../xml.ts';
import { formatNumber } from './number-format.ts';
import type { WordStyles } from './word-styles.ts';
import { numberAt, switchAt, valueAt, withoutMarks } from './word-tree.ts';

const LEVELS = 9;
const MAX_TEXT = 200;

interface Level {
  start: number;
  format: string;
  /** The label format, such as `%1.%2`; null for a bullet. */
  text: string | null;
  /** The level, from 1, at or above which a paragraph restarts the count; 0 for never. */
  restart: number;
  /** True if all levels of the label are written in digits. */
  isLegal: boolean;
  style: string | undefined;
}

interface List {
  abstract: string;
  levels: Map<number, Level>;
  starts: Map<number, number>;
}

export interface NumberedParagraph {
  list: string;
  level: number;
  /** The label that Word shows before the paragraph; null for a bullet. */
  label: string | null;
}

/** Computes automatic numbers, which a Word document does not store: each is counted from the preceding paragraphs. */
export class Numbering {
  readonly #styles: WordStyles;
  readonly #lists = new Map<string, List>();
  /** The last number of each level, by abstract list, which several lists may share. */
  readonly #counts = new Map<string, (number | undefined)[]>();
  readonly #started = new Set<string>();

  constructor(root: XmlElement | undefined, styles: WordStyles) {
    this.#styles = styles;
    if (!root) return;
    const abstracts = new Map(elementsOf(root, 'w:abstractNum').map((one) => [one.attributes['w:abstractNumId'] ?? '', one]));
    const nums = new Map(elementsOf(root, 'w:num').map((one) => [one.attributes['w:numId'] ?? '', one]));
    for (const [id, num] of nums) this.#lists.set(id, this.#listOf(num, abstracts, nums));
  }

  /** Counts a paragraph and returns its label; null if it has neither number nor bullet. */
  next(properties: XmlElement | undefined, style: string | undefined): NumberedParagraph | null {
    const own = childOf(properties, 'w:numPr');
    const inherited = this.#styles.chain(style).map((one) => childOf(one, 'w:pPr', 'w:numPr'));
    const id = [own, ...inherited].map((numbers) => valueAt(numbers, 'w:numId')).find((value) => value !== undefined);
    const list = id === undefined ? undefined : this.#lists.get(id);
    if (!list || id === undefined) return null;
    const index = this.#levelOf(list, own, inherited, style);
    const level = list.levels.get(index);
    if (!level) return null;
    const counts = this.#count(id, list, index, level);
    return { list: id, level: index, label: level.text === null ? null : labelOf(level, counts, list) };
  }

  #levelOf(list: List, own: XmlElement | undefined, inherited: (XmlElement | undefined)[], style: string | undefined): number {
    const direct = numberAt(own, 'w:ilvl');
    if (direct !== undefined) return direct;
    for (const [at, one] of this.#styles.chain(style).entries()) {
      const linked = [...list.levels].find(([, level]) => level.style !== undefined && level.style === one.attributes['w:styleId']);
      const index = linked?.[0] ?? numberAt(inherited[at], 'w:ilvl');
      if (index !== undefined) return index;
    }
    return 0;
  }

  #count(id: string, list: List, index: number, level: Level): (number | undefined)[] {
    const counts = this.#counts.get(list.abstract) ?? [];
    this.#counts.set(list.abstract, counts);
    const override = list.starts.get(index);
    const isNew = override !== undefined && !this.#started.has(`${id} ${index}`);
    this.#started.add(`${id} ${index}`);
    const before = counts[index];
    counts[index] = isNew ? override : before === undefined ? level.start : before + 1;
    for (let below = index + 1; below < LEVELS; below += 1) {
      const restart = list.levels.get(below)?.restart ?? below;
      if (index < restart) counts[below] = undefined;
    }
    return counts;
  }

  #listOf(num: XmlElement, abstracts: Map<string, XmlElement>, nums: Map<string, XmlElement>): List {
    const abstract = this.#abstractOf(num, abstracts, nums);
    const levels = new Map(abstract ? elementsOf(abstract, 'w:lvl').map((one, index) => readLevel(one, index)) : []);
    const starts = new Map<number, number>();
    for (const override of elementsOf(num, 'w:lvlOverride')) {
      const index = Number(override.attributes['w:ilvl'] ?? 0);
      const whole = childOf(override, 'w:lvl');
      if (whole) levels.set(index, readLevel(whole, index)[1]);
      const start = numberAt(override, 'w:startOverride');
      if (start !== undefined) starts.set(index, start);
    }
    return { abstract: abstract?.attributes['w:abstractNumId'] ?? '', levels, starts };
  }

  /** Returns the abstract list with the levels, which a list style may define. */
  #abstractOf(num: XmlElement, abstracts: Map<string, XmlElement>, nums: Map<string, XmlElement>): XmlElement | undefined {
    const abstract = abstracts.get(valueAt(num, 'w:abstractNumId') ?? '');
    const link = valueAt(abstract, 'w:numStyleLink');
    if (link === undefined) return abstract;
    const id = valueAt(this.#styles.chain(link)[0], 'w:pPr', 'w:numPr', 'w:numId') ?? '';
    const linked = abstracts.get(valueAt(nums.get(id), 'w:abstractNumId') ?? '');
    return linked ?? abstract;
  }
}

function readLevel(element: XmlElement, position: number): [index: number, level: Level] {
  const index = Number(element.attributes['w:ilvl'] ?? position);
  // A custom format, such as 001, is followed by a fallback that every program supports.
  const formats = descendantsOf(element, 'w:numFmt').map(({ attributes }) => attributes);
  const format = formats.at(-1)?.['w:val'] ?? 'decimal';
  const padded = formats.map((attributes) => /^0+\d/.exec(attributes['w:format'] ?? '')?.[0].length).find(Boolean);
  const text = valueAt(element, 'w:lvlText') ?? '';
  const isHidden = switchAt(element, 'w:rPr', 'w:vanish');
  return [
    index,
    {
      start: numberAt(element, 'w:start') ?? 0,
      format: padded ? `padded ${padded}` : format,
      text: format === 'bullet' ? null : isHidden ? '' : withoutMarks(text).slice(0, MAX_TEXT),
      restart: numberAt(element, 'w:lvlRestart') ?? index,
      isLegal: switchAt(element, 'w:isLgl') ?? false,
      style: valueAt(element, 'w:pStyle'),
    },
  ];
}

/** Builds the label; a level that has not been counted yet is its start value. */
function labelOf({ text, isLegal }: Level, counts: (number | undefined)[], { levels }: List): string {
  return (text ?? '')
    .replace(/%([1-9])/g, (_, digit: string) => {
      const index = Number(digit) - 1;
      const level = levels.get(index);
      return written(counts[index] ?? level?.start ?? 1, isLegal ? 'decimal' : (level?.format ?? 'decimal'));
    })
    .trim();
}

function written(value: number, format: string): string {
  const width = /^padded (\d+)$/.exec(format)?.[1];
  return width ? String(value).padStart(Math.min(10, Number(width)), '0') : formatNumber(value, format);
}
