export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Deep-merges the result of one subgraph into that of others. Lists of equal length are merged by index. An object is not
 * replaced by null, so that the order in which fetches finish does not matter.
 */
export function merge(target: JsonObject, source: JsonObject): void {
  for (const key of Object.keys(source)) {
    const value = source[key];
    // Assigning to `__proto__` would change the prototype.
    if (value === undefined || key === '__proto__') continue;
    const present = target[key];
    if (isObject(present) && (isObject(value) || value === null)) {
      if (value) merge(present, value);
    } else if (Array.isArray(present) && Array.isArray(value) && present.length === value.length) {
      mergeLists(present, value);
    } else {
      target[key] = value;
    }
  }
}

function mergeLists(target: unknown[], source: unknown[]): void {
  for (const [index, value] of source.entries()) {
    const present = target[index];
    if (isObject(present) && isObject(value)) merge(present, value);
    else if (Array.isArray(present) && Array.isArray(value) && present.length === value.length) mergeLists(present, value);
    else if (!isObject(present) || value !== null) target[index] = value;
  }
}

/** Deep-copies a value that is used at several paths, because later fetches may add different fields at each. */
export function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (!isObject(value)) return value;
  const copied: JsonObject = {};
  for (const key of Object.keys(value)) if (key !== '__proto__') copied[key] = copy(value[key]);
  return copied as T;
}
