import { jsonrepair } from 'jsonrepair';
import { cleanJson } from '../clean-text.ts';

const MAX_REPAIRED = 100_000;

/** Parses the arguments of a call into JSON objects: none if they are unreadable, several if calls were concatenated. */
export function argumentObjects(written: string): string[] {
  const text = withoutFence(written);
  const found = objectsIn(parsed(text || '{}')) ?? objectsIn(objectRow(text)) ?? objectsIn(repaired(text));
  if (!found) return [];
  const distinct = [...new Set(found.map((one) => JSON.stringify(one)))];
  const filled = distinct.filter((one) => one !== '{}');
  return (filled.length > 0 ? filled : distinct).map(cleanJson);
}

/** Returns true for JSON text of an object, the only form that all endpoints accept. */
export function isJsonObject(text: string): boolean {
  const value = parsed(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectsIn(value: unknown, depth = 0): object[] | null {
  if (value === null && depth === 0) return [{}];
  if (typeof value === 'string') return depth > 2 ? null : objectsIn(parsed(withoutFence(value)), depth + 1);
  if (Array.isArray(value))
    return value.length > 0 && value.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item)) ? value : null;
  return typeof value === 'object' && value !== null ? [value] : null;
}

/** Parses concatenated objects. */
function objectRow(text: string): unknown {
  if (!/^\{.*\}\s*\{.*\}$/s.test(text)) return undefined;
  const objects: unknown[] = [];
  let start = 0;
  for (let end = text.indexOf('}'); end >= 0; end = text.indexOf('}', end + 1)) {
    if (objects.length > 100) return undefined;
    if (!/^\s*(\{|$)/.test(text.slice(end + 1, end + 50))) continue;
    const object = parsed(text.slice(start, end + 1));
    if (object === undefined) continue;
    objects.push(object);
    start = end + 1;
  }
  return text.slice(start).trim() === '' ? objects : undefined;
}

/**
 * Repairs quotes, commas and constants of other languages. Truncated text is not repaired, because its meaning may
 * differ.
 */
function repaired(text: string): unknown {
  if (text.length > MAX_REPAIRED || !/^\{.*\}$/s.test(text)) return undefined;
  try {
    return parsed(jsonrepair(text));
  } catch {
    return undefined;
  }
}

function withoutFence(text: string): string {
  return text
    .trim()
    .replace(/^```\w*\s*([\s\S]*?)\s*```$/, '$1')
    .trim();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
