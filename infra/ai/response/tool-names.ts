import type { ToolSpec } from '../ai.ts';

const MAX_NAME = 64;

/** A name in the letters that every endpoint takes. */
export function wireName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, MAX_NAME) || 'tool';
}

/**
 * The offered tool that a model means by the pieces of a name: whole or in parts, with the prefixes, numbers and marks
 * that models add. A name that fits no tool is made valid, and the model is told that there is no such tool.
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

/** Without `functions.` before it, and `:0`, `()` or a channel mark behind it. */
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
