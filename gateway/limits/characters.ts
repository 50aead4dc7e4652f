import { Failure } from '../../schema/errors.ts';
import { LIMITS } from './limits.ts';

/** Returns why a text cannot be stored: PostgreSQL rejects NUL and silently replaces lone surrogates. */
export function textError(text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL character';
  if (!text.isWellFormed()) return 'is not well-formed Unicode';
  return undefined;
}

/** Throws `BAD_USER_INPUT` if a variable contains, at any depth, a text that cannot be stored or a list that is too long. */
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
  const error = textError(text);
  if (!error) return;
  const field = textError(name) ? 'a name' : name;
  throw new Failure('BAD_USER_INPUT', { reason: `\`${field}\` ${error}.`, field });
}
