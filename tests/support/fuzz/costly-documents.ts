/** Builds documents that are expensive to validate or answer. tests/bench/refusals.bench.ts measures them. */
export function repeatedField(times: number): string {
  return `{ viewer { ${'id '.repeat(times)} } }`;
}

/** Builds fragments that spread each other twice: 2^levels fields. */
export function fragmentBomb(levels: number): string {
  const fragments = Array.from({ length: levels }, (_, n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`);
  return `{ viewer { ...F0 } } ${fragments.join(' ')} fragment F${levels} on User { id }`;
}

/** Builds fields of which each pair must be checked for a conflict. */
export function overlappingFields(times: number): string {
  return `{ viewer { ${'... on User { id } '.repeat(times)} } }`;
}
