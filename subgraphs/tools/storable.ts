/** JSON as PostgreSQL keeps it: without NUL and without halves of surrogate pairs, which a page or a model may well send. */
export function storable<T>(value: T): T {
  return JSON.parse(JSON.stringify(value ?? null), (_key, part: unknown) =>
    typeof part === 'string' ? part.replaceAll('\0', '').toWellFormed() : part,
  ) as T;
}
