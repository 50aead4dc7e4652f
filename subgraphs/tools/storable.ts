/** Removes NUL and lone surrogates, which PostgreSQL rejects in JSON and a page or model may send. */
export function storable<T>(value: T): T {
  return JSON.parse(JSON.stringify(value ?? null), (_key, part: unknown) =>
    typeof part === 'string' ? part.replaceAll('\0', '').toWellFormed() : part,
  ) as T;
}
