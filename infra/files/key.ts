/** Keys are made by us: anything odd is a bug, or an attempt to leave the storage. */
export function checkKey(key: string): string {
  if (!/^[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)*$/i.test(key) || key.length > 200)
    throw new Error('A file key holds letters, digits, hyphens and single slashes.');
  return key;
}
