import type { ExtractedPage } from '../extraction.ts';
import type { Warn } from '../warnings.ts';
import { childOf, descendantsOf, elementsOf, textOf, type XmlElement } from '../xml.ts';
import { chartText } from './chart.ts';
import { OfficePackage, relationId, type Relation } from './package.ts';
import { tableText } from './table-text.ts';

const MAX_SLIDES = 2_000;
/** Placeholders with the same content on every slide. */
const REPEATED_PLACEHOLDERS = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg']);

interface Slide {
  file: OfficePackage;
  relations: Map<string, Relation>;
}

/** Reads a page for each slide: its title as a heading, its text, tables and charts, and the speaker notes. */
export async function readPptx(bytes: Uint8Array, warn: Warn): Promise<ExtractedPage[]> {
  const file = await OfficePackage.open(bytes);
  const { name, root } = file.main();
  const relations = file.relations(name);
  const slides = elementsOf(childOf(root, 'sldIdLst') ?? root, 'sldId').map((slide) => relations.get(relationId(slide))?.target);
  if (slides.length > MAX_SLIDES) warn('CUT');
  return slides.slice(0, MAX_SLIDES).map((target, index) => {
    const number = index + 1;
    const text = target === undefined ? null : slideText(file, target);
    if (text === null) warn('UNREADABLE', number);
    return { number, label: `Slide ${number}`, text: text ?? '' };
  });
}

function slideText(file: OfficePackage, target: string): string | null {
  const root = file.root(target);
  const tree = childOf(root, 'cSld', 'spTree');
  if (!root || !tree) return null;
  const shapes = shapesOf(tree, { file, relations: file.relations(target) });
  const title = shapes.find(({ isTitle }) => isTitle);
  const isHidden = /^(0|false)$/.test(root.attributes['show'] ?? '');
  return [
    title && `# ${title.text.replace(/\s+/g, ' ')}`,
    isHidden && '(This slide is hidden in the presentation.)',
    ...shapes.filter((shape) => shape !== title).map(({ text }) => text),
    notesOf(file, target),
  ]
    .filter(Boolean)
    .join('\n\n');
}

interface Shape {
  text: string;
  isTitle: boolean;
}

/** Returns the shapes in reading order, which is that of the file. */
function shapesOf(tree: XmlElement, slide: Slide): Shape[] {
  return elementsOf(tree).flatMap((element): Shape[] => {
    switch (element.name) {
      case 'grpSp':
        return shapesOf(element, slide);
      case 'AlternateContent': {
        const choices = [...elementsOf(element, 'Choice'), ...elementsOf(element, 'Fallback')].map((choice) => shapesOf(choice, slide));
        return choices.find((shapes) => shapes.length > 0) ?? [];
      }
      case 'sp':
        return textShape(element);
      case 'pic':
        return shape(pictureText(element));
      case 'graphicFrame':
        return shape(graphicText(element, slide));
      default:
        return [];
    }
  });
}

function shape(text: string, isTitle = false): Shape[] {
  return text ? [{ text, isTitle }] : [];
}

function textShape(element: XmlElement): Shape[] {
  const placeholder = childOf(element, 'nvSpPr', 'nvPr', 'ph');
  const kind = placeholder?.attributes['type'] ?? 'body';
  const body = childOf(element, 'txBody');
  if (!body || (placeholder && REPEATED_PLACEHOLDERS.has(kind))) return [];
  const isTitle = placeholder !== undefined && /^(title|ctrTitle)$/.test(kind);
  // The body of a slide is a list by its layout; in other shapes each paragraph declares its own bullet.
  const isList = placeholder !== undefined && /^(body|obj)$/.test(kind);
  return shape(paragraphsText(body, isList), isTitle);
}

/** Returns alternative text, except a file name, which programs insert. */
function pictureText(element: XmlElement): string {
  const text = childOf(element, 'nvPicPr', 'cNvPr')?.attributes['descr']?.trim() ?? '';
  return /^\S+\.(png|jpe?g|gif|emf|wmf|svg)$/i.test(text) ? '' : text;
}

function graphicText(frame: XmlElement, { file, relations }: Slide): string {
  const data = childOf(frame, 'graphic', 'graphicData');
  const table = childOf(data, 'tbl');
  if (table) return tableText(tableRows(table));
  const chart = childOf(data, 'chart');
  const chartRoot = chart && file.root(relations.get(relationId(chart))?.target ?? '');
  if (chartRoot) return chartText(chartRoot);
  // A diagram (SmartArt) has its text in a separate part.
  const diagram = childOf(data, 'relIds');
  const diagramData = diagram && file.root(relations.get(diagram.attributes['dm'] ?? '')?.target ?? '');
  if (!diagramData) return '';
  const points = descendantsOf(diagramData, 'pt').filter(({ attributes }) => !/^(pres|parTrans|sibTrans)$/.test(attributes['type'] ?? ''));
  return points
    .flatMap((point) => elementsOf(point, 't').map((body) => paragraphsText(body, false)))
    .filter(Boolean)
    .map((text) => `- ${text.replace(/\n+/g, ' ')}`)
    .join('\n');
}

function tableRows(table: XmlElement): string[][] {
  let above: string[] = [];
  return elementsOf(table, 'tr').map((row) => {
    const cells: string[] = [];
    for (const cell of elementsOf(row, 'tc')) {
      const isCovered = (name: string) => /^(1|true)$/.test(cell.attributes[name] ?? '');
      const body = childOf(cell, 'txBody');
      if (isCovered('hMerge')) cells.push('');
      else if (isCovered('vMerge')) cells.push(above[cells.length] ?? '');
      else cells.push(body ? paragraphsText(body, false).replace(/\s+/g, ' ') : '');
    }
    return (above = cells);
  });
}

function paragraphsText(body: XmlElement, isList: boolean): string {
  const paragraphs = elementsOf(body, 'p').map((paragraph) => ({ paragraph, text: runsText(paragraph) }));
  const isSingle = paragraphs.filter(({ text }) => text !== '').length < 2;
  const numbers: number[] = [];
  return paragraphs
    .filter(({ text }) => text !== '')
    .map(({ paragraph, text }) => {
      const properties = childOf(paragraph, 'pPr');
      const level = Math.min(8, Number(properties?.attributes['lvl'] ?? 0) || 0);
      numbers.length = Math.min(numbers.length, level + 1);
      const numbered = childOf(properties, 'buAutoNum');
      const has = (name: string) => childOf(properties, name) !== undefined;
      const isItem = has('buChar') || has('buBlip') || (isList && !isSingle && !has('buNone'));
      if (numbered) numbers[level] = (numbers[level] ?? Number(numbered.attributes['startAt'] ?? 1) - 1) + 1;
      const mark = numbered ? `${numbers[level]}. ` : isItem ? '- ' : '';
      return mark ? `${'  '.repeat(level)}${mark}${text.replace(/\n/g, ' ')}` : text;
    })
    .join('\n');
}

function runsText(paragraph: XmlElement): string {
  return elementsOf(paragraph)
    .map((run): string => {
      if (run.name === 'br') return '\n';
      if (run.name === 'r' || run.name === 'fld') return textOf(childOf(run, 't') ?? run);
      // The text of an equation is in runs at any depth.
      return descendantsOf(run, 't').map(textOf).join('');
    })
    .join('')
    .replace(/[ \t\u000b\u00a0]+/g, ' ')
    .replace(/ *\n */g, '\n')
    .trim();
}

function notesOf(file: OfficePackage, target: string): string {
  const name = file.related(target, 'notesSlide');
  const tree = childOf(name ? file.root(name) : undefined, 'cSld', 'spTree');
  const bodies = tree ? elementsOf(tree, 'sp').filter((one) => childOf(one, 'nvSpPr', 'nvPr', 'ph')?.attributes['type'] === 'body') : [];
  const text = bodies.map((one) => paragraphsText(childOf(one, 'txBody') ?? one, false)).join('\n');
  return text.trim() && `**Speaker notes**\n\n${text}`;
}
