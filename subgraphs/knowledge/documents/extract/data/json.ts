import { Failure } from '../../../../../schema/errors.ts';
import type { ExtractedPage, Reader } from '../extraction.ts';
import { requireText } from '../text.ts';
import { fenced } from './code.ts';

/** The maximum characters of a part: about a passage. */
const MOST = 1_200;
/** Values at a greater depth are not split, however large. */
const MAX_DEPTH = 64;

/** Values below one path, one per line, or a long text. */
interface Part {
  path: string;
  lines: string[];
  isProse?: boolean;
}

/**
 * Keeps JSON as it is, because names and values are searched as written; splits large values into parts labelled by
 * their path.
 */
export const readJson: Reader = async (bytes, warn) => {
  const text = requireText(bytes, warn).trim();
  return page(textOf(text));
};

/** Reads JSON Lines, one value per line; an invalid line stays as it is. */
export const readJsonLines: Reader = async (bytes, warn) => page(linesText(requireText(bytes, warn)));

function page(text: string): ExtractedPage[] {
  return [{ number: null, text }];
}

function textOf(text: string): string {
  const value = parsed(text);
  if (value !== undefined) return written(partsOf(value, '', 0));
  // JSON Lines are often named .json. Anything else, such as JSON with comments, is kept as it is.
  const lines = text.split('\n').filter((line) => line.trim());
  return lines.length > 1 && lines.every((line) => parsed(line) !== undefined) ? linesText(text) : fenced(text, 'json');
}

function linesText(text: string): string {
  const lines = text.split(/\r?\n/).flatMap((line, index) => (line.trim() ? [{ number: index + 1, text: normal(line.trim()) }] : []));
  const groups = grouped(lines, (line) => line.text.length);
  const path = (group: typeof lines) => (groups.length > 1 ? `Lines ${group[0]!.number} to ${group.at(-1)!.number}` : '');
  return written(groups.map((group) => ({ path: path(group), lines: group.map((line) => line.text) })));
}

/** Rewrites the line by `JSON.stringify`, because escape sequences hide words. */
function normal(line: string): string {
  const value = parsed(line);
  return value === undefined ? line : stringified(value);
}

function partsOf(value: unknown, path: string, depth: number): Part[] {
  const text = stringified(value);
  if (text.length <= MOST || depth > MAX_DEPTH) return [{ path, lines: [text] }];
  if (typeof value === 'string') return [{ path, lines: [value], isProse: true }];
  if (Array.isArray(value)) return partsOfList(value, path, depth);
  if (typeof value === 'object' && value !== null) return partsOfObject(value, path, depth);
  return [{ path, lines: [text] }];
}

function partsOfList(list: unknown[], path: string, depth: number): Part[] {
  const items = list.map((value, index) => ({ value, index, text: stringified(value) }));
  return grouped(items, (item) => item.text.length).flatMap((group) => {
    const [first, last] = [group[0]!, group.at(-1)!];
    if (first === last) return partsOf(first.value, `${path}[${first.index}]`, depth + 1);
    return [{ path: `${path}[${first.index} to ${last.index}]`, lines: group.map((item) => item.text) }];
  });
}

function partsOfObject(value: object, path: string, depth: number): Part[] {
  const fields = Object.entries(value).map(([key, field]) => ({ key, field, size: key.length + stringified(field).length }));
  return grouped(fields, ({ size }) => size).flatMap((group) => {
    const [only] = group;
    if (group.length === 1 && only!.size > MOST) return partsOf(only!.field, path ? `${path}.${only!.key}` : only!.key, depth + 1);
    return [{ path, lines: [stringified(Object.fromEntries(group.map(({ key, field }) => [key, field])))] }];
  });
}

/** Groups small neighbours up to the maximum size; a large value forms its own group. */
function grouped<T>(items: T[], sizeOf: (item: T) => number): T[][] {
  const groups: T[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const item of items) {
    size += sizeOf(item);
    if (size > MOST) {
      groups.push([]);
      size = sizeOf(item);
    }
    groups.at(-1)!.push(item);
  }
  return groups;
}

function written(parts: Part[]): string {
  const blocks = parts.map(({ path, lines, isProse }) => {
    const content = isProse ? lines.join('\n') : fenced(lines.join('\n'), 'json');
    return path ? `## ${path.slice(0, 200)}\n\n${content}` : content;
  });
  return blocks.join('\n\n');
}

/** Parses JSON; undefined if it is invalid, because `null` is valid JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(error);
    return undefined;
  }
}

function stringified(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw tooDeep(error);
  }
}

function tooDeep(cause: unknown): Failure {
  return new Failure('DOCUMENT_TOO_COMPLEX', { reason: 'The values of the file are nested too deeply.' }, { cause });
}
