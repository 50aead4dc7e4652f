import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A path within the checkout. */
export function at(...parts) {
  return join(root, ...parts);
}

/** Every file below a path of the checkout, relative to it and sorted; none when the path does not exist. */
export function filesBelow(path) {
  if (!existsSync(at(path))) return [];
  return readdirSync(at(path), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .filter((file) => !file.includes('node_modules'))
    .sort();
}

/** One hash over the names and contents of files; a missing file counts as empty. */
export function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = read(file) ?? '';
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** The text of a file of the checkout, or null. */
export function read(file) {
  try {
    return readFileSync(at(file), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The script behind a program of a package, to be run by the Node of our choice instead of the one on the PATH. */
export function program(packageName, name, from = '.') {
  const folder = [at(from, 'node_modules', packageName), at('node_modules', packageName)].find((path) => existsSync(path));
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[name]);
}
