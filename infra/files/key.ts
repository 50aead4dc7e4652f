/** Rejects malformed keys, which indicate a bug or a path traversal. */
export function checkKey(key: string): string {
  if (!/^[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)*$/i.test(key) || key.length > 200)
    throw new Error('A file key may contain only letters, digits, hyphens and single slashes.');
  return key;
}
