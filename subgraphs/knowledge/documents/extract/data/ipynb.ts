import type { ExtractedPage, Reading } from '../extraction.ts';
import { requireText } from '../text.ts';
import type { Warn } from '../warnings.ts';
import { fenced } from './code.ts';
import { readJson } from './json.ts';

/** Maximum of output characters per cell. */
const MAX_OUTPUT = 4_000;

type Fields = Record<string, unknown>;

/** Reads a Jupyter notebook (nbformat 3 and 4): its Markdown, its code with the language, and the printed output. */
export async function readIpynb(bytes: Uint8Array, warn: Warn, reading: Reading): Promise<ExtractedPage[]> {
  const notebook = parsed(requireText(bytes, warn));
  const cells = notebook && cellsOf(notebook);
  if (!notebook || !cells) return readJson(bytes, warn, reading);
  const language = languageOf(notebook);
  const parts = cells.flatMap((cell, index) => textsOf(cell, language, () => warn('CUT', `output of cell ${index + 1}`)));
  return [{ number: null, text: parts.join('\n\n') }];
}

function parsed(text: string): Fields | null {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    // Reports the fault in the JSON reader instead.
    return null;
  }
}

function cellsOf({ cells, worksheets }: Fields): Fields[] | null {
  const lists = Array.isArray(cells) ? [cells] : Array.isArray(worksheets) ? worksheets.map((sheet) => fieldsOf(sheet)?.['cells']) : null;
  return lists && lists.flatMap((list) => (Array.isArray(list) ? list.map((cell) => fieldsOf(cell) ?? {}) : []));
}

function languageOf(notebook: Fields): string {
  const metadata = fieldsOf(notebook['metadata']);
  const named = fieldsOf(metadata?.['language_info'])?.['name'] ?? fieldsOf(metadata?.['kernelspec'])?.['language'];
  return typeof named === 'string' && /^[\w+#-]{1,30}$/.test(named) ? named.toLowerCase() : 'python';
}

function textsOf(cell: Fields, language: string, cut: () => void): string[] {
  const source = joined(cell['source'] ?? cell['input']).trim();
  if (cell['cell_type'] !== 'code') return source ? [source] : [];
  const outputs = Array.isArray(cell['outputs']) ? cell['outputs'].map((output) => printed(fieldsOf(output) ?? {})) : [];
  const output = outputs.filter(Boolean).join('\n').trim();
  if (output.length > MAX_OUTPUT) cut();
  return [...(source ? [fenced(source, language)] : []), ...(output ? ['Output:', fenced(output.slice(0, MAX_OUTPUT))] : [])];
}

/** Returns the text of an output; images and HTML are left out. */
function printed(output: Fields): string {
  const data = fieldsOf(output['data']);
  const error = typeof output['ename'] === 'string' ? `${output['ename']}: ${joined(output['evalue'])}` : '';
  return joined(output['text'] ?? data?.['text/markdown'] ?? data?.['text/plain']) || error;
}

/** Joins a text, which notebooks store as one string or as a list of lines with line ends. */
function joined(value: unknown): string {
  const lines = Array.isArray(value) ? value : [value];
  return lines.filter((line) => typeof line === 'string').join('');
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}
