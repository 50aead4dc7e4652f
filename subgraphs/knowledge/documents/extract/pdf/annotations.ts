import type { PdfPage } from './open.ts';
import { median, type Piece } from './piece.ts';

/** The used properties of form fields and annotations; pdf.js types annotations as `any`. */
interface Annotation {
  subtype: string;
  rect: [number, number, number, number];
  annotationFlags?: number;
  fieldType?: string;
  fieldValue?: string | string[] | null;
  alternativeText?: string;
  options?: { exportValue: string; displayValue: string }[];
  checkBox?: boolean;
  radioButton?: boolean;
  exportValue?: string;
  buttonValue?: string;
  password?: boolean;
  contentsObj?: { str: string };
  titleObj?: { str: string };
  textContent?: string[];
  defaultAppearanceData?: { fontSize?: number };
}

export interface PageNotes {
  /** The values of form fields and notes, positioned among the text of the page. */
  pieces: Piece[];
  /** Comments, which refer to a position but are not displayed there. */
  comments: string[];
}

const HIDDEN = 2 | 32;
const COMMENTS = new Set([
  'Text',
  'Highlight',
  'Underline',
  'Squiggly',
  'StrikeOut',
  'Caret',
  'Square',
  'Circle',
  'Line',
  'Ink',
  'Polygon',
  'PolyLine',
]);
const MAX_ANNOTATIONS = 5_000;
const MAX_SIZE = 12;

/** Reads filled form fields, free text annotations and comments, none of which are in the page's content stream. */
export async function notesOf(page: PdfPage, text: Piece[]): Promise<PageNotes> {
  const annotations = ((await page.getAnnotations()) as Annotation[]).slice(0, MAX_ANNOTATIONS);
  const shown = annotations.filter(({ annotationFlags = 0 }) => (annotationFlags & HIDDEN) === 0);
  const usual = median(text.filter(({ angle }) => Math.abs(angle) < 1).map(({ size }) => size)) || MAX_SIZE;
  return {
    pieces: shown.flatMap((annotation) => placed(annotation, contentOf(annotation), usual)),
    comments: shown.filter(({ subtype }) => COMMENTS.has(subtype)).flatMap(commentOf),
  };
}

function contentOf(annotation: Annotation): string {
  if (annotation.subtype === 'FreeText') return annotation.contentsObj?.str || (annotation.textContent ?? []).join('\n');
  if (annotation.subtype !== 'Widget' || annotation.password) return '';
  const value = annotation.fieldValue;
  if (annotation.fieldType === 'Btn') return buttonOf(annotation);
  const values = (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string');
  if (annotation.fieldType === 'Tx') return values.join('\n');
  const shownFor = (chosen: string) => annotation.options?.find(({ exportValue }) => exportValue === chosen)?.displayValue ?? chosen;
  return annotation.fieldType === 'Ch' ? values.map(shownFor).join(', ') : '';
}

/** Returns a check box or radio button as a Markdown task list mark. */
function buttonOf({ checkBox, radioButton, fieldValue, exportValue, buttonValue }: Annotation): string {
  if (!checkBox && !radioButton) return '';
  const on = checkBox ? exportValue : buttonValue;
  const isOn = typeof fieldValue === 'string' && fieldValue !== '' && fieldValue !== 'Off' && fieldValue === (on ?? fieldValue);
  return isOn ? '[x]' : '[ ]';
}

/** Positions the lines of a field within its rectangle, on the baseline of the label beside it. */
function placed({ rect, subtype, fieldType, defaultAppearanceData }: Annotation, content: string, usual: number): Piece[] {
  const [left, bottom, right, top] = rect;
  const lines = content.split(/\r\n?|\n/).map((line) => line.trim());
  while (lines.length > 0 && !lines.at(-1)) lines.pop();
  if (lines.length === 0) return [];
  const height = (top - bottom) / lines.length;
  const set = defaultAppearanceData?.fontSize || usual;
  // Limits the size to that of the surrounding text, so that a large field does not become a heading.
  const size = Math.max(1, Math.min(set, usual, height));
  const isBox = subtype === 'Widget' && fieldType === 'Btn';
  const step = Math.min(height, size * 1.2);
  const first = lines.length === 1 && top - bottom < size * 2.6 ? (top + bottom) / 2 - size * 0.35 : top - size;
  return lines.flatMap((text, index) => {
    if (!text) return [];
    const width = isBox ? right - left : Math.min(Math.max(right - left - 2, 1), text.length * size * 0.5);
    return [{ text, x: left + 1, y: first - index * step, width, size, angle: 0, font: 'annotation' }];
  });
}

function commentOf({ contentsObj, titleObj }: Annotation): string[] {
  const text = contentsObj?.str.trim().replace(/\s*[\r\n]+\s*/g, ' ');
  return text ? [`Comment${titleObj?.str.trim() ? ` (${titleObj.str.trim()})` : ''}: ${text}`] : [];
}
