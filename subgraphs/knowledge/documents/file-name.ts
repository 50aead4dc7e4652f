const MAX_LENGTH = 200;

/**
 * Cleans a file name for display: without folders and without control, hidden and direction characters, shortened.
 * Files are stored under generated keys.
 */
export function cleanFileName(name: string): string {
  const last = name.toWellFormed().normalize('NFC').split(/[\\/]/).at(-1) ?? '';
  const visible = last
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu, '')
    .replace(/\s+/g, ' ')
    // The look-behind keeps a long run of dots from taking quadratic time.
    .replace(/^[.\s]+|(?<![.\s])[.\s]+$/g, '');
  if (visible === '') return 'Untitled';
  if (visible.length <= MAX_LENGTH) return visible;
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(visible)?.[0] ?? '';
  return (
    visible
      .slice(0, MAX_LENGTH - ending.length)
      .toWellFormed()
      .replace(/\ufffd$/, '') + ending
  );
}
