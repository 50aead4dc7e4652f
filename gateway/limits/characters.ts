import { Failure } from '../../schema/errors.ts';
import { LIMITS } from './limits.ts';

/** What makes a text unfit for storage: PostgreSQL holds no NUL, and replaces a lone surrogate without a word. */
export function faultOfText(text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL character';
  if (!text.isWellFormed()) return 'is not well-formed Unicode';
  return undefined;
}

/** Throws `BAD_USER_INPUT` where a variable, however deep, holds a text that cannot be stored, or too long a list. */
export function checkVariables(variables: Record<string, unknown>): void {
  const pending: { value: unknown; name: string; depth: number }[] = Object.entries(variables).map(([name, value]) => ({
    value,
    name,
    depth: 0,
  }));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, name, depth } = next;
    if (typeof value === 'string') checkText(value, name);
    if (typeof value !== 'object' || value === null) continue;
    if (depth > LIMITS.variableDepth) throw new Failure('BAD_USER_INPUT', { reason: `\`${name}\` is nested too deeply.`, field: name });
    if (Array.isArray(value) && value.length > LIMITS.listItems) {
      throw new Failure('BAD_USER_INPUT', { reason: `\`${name}\` has more than ${LIMITS.listItems} items.`, field: name });
    }
    for (const [key, inner] of Object.entries(value)) {
      checkText(key, name);
      pending.push({ value: inner, name: Array.isArray(value) ? name : key, depth: depth + 1 });
    }
  }
}

function checkText(text: string, name: string): void {
  const fault = faultOfText(text);
  if (!fault) return;
  const field = faultOfText(name) ? 'a name' : name;
  throw new Failure('BAD_USER_INPUT', { reason: `\`${field}\` ${fault}.`, field });
}
