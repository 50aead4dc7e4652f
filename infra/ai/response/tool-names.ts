import type { ToolSpec } from '../ai.ts';

const MAX_NAME = 64;

/** Converts a name to the characters that every endpoint accepts. */
export function wireName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, MAX_NAME) || 'tool';
}

/**
 * Finds the offered tool by the pieces of a name: joined or separate, and without the prefixes, numbers and marks that
 * models add. An unknown name is made valid, so that the model is informed that no such tool exists.
 */
export function offeredName(pieces: string[], tools: ToolSpec[]): string {
  if (pieces.length === 0) return tools.length === 1 ? tools[0]!.name : 'unnamed_tool';
  const written = [pieces.join(''), ...pieces].flatMap((name) => [name, bareName(name)]);
  for (const name of written) {
    const tool = tools.find((one) => one.name === name) ?? tools.find((one) => folded(one.name) === folded(name));
    if (tool) return tool.name;
  }
  return wireName(pieces.join(''));
}

/** Removes a leading `functions.` and a trailing `:0`, `()` or channel mark. */
function bareName(name: string): string {
  return name
    .replace(/<\|.*$/s, '')
    .trim()
    .replace(/^["'`]|["'`]$/g, '')
    .replace(/\(.*\)$/s, '')
    .replace(/:\d+$/, '')
    .replace(/^.*[.:/]/s, '');
}

function folded(name: string): string {
  return wireName(name).toLowerCase().replaceAll('-', '_');
}
