import { writeFileSync } from 'node:fs';
import { at, fingerprint, read } from './checkout.mjs';
import { runQuietly } from './run.mjs';
import { during } from './progress.mjs';

const MARKER = 'node_modules/.parley-installed';

export function needsInstall() {
  return read(MARKER) !== fingerprint(['package-lock.json']);
}

/** Installs exactly what the lockfile says, unless it is there already. */
export async function install() {
  if (!needsInstall()) return;
  if (!holdsLockfile()) await during('Installing packages (about a minute, once)', runNpm);
  writeFileSync(at(MARKER), fingerprint(['package-lock.json']));
}

function runNpm() {
  // NODE_ENV=production or a personal npm setting must not leave out the compiler or the Node we run on.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) return runQuietly('npm ci', process.execPath, [npm, ...args]);
  return runQuietly('npm ci', 'npm', args, { shell: process.platform === 'win32' });
}

/** True when somebody ran npm by hand: what npm noted as installed is what the lockfile asks for. */
function holdsLockfile() {
  const note = read('node_modules/.package-lock.json');
  if (note === null) return false;
  const installed = JSON.parse(note).packages;
  const asked = Object.entries(JSON.parse(read('package-lock.json')).packages).filter(([path]) => path !== '');
  return asked.every(([path, { version, optional, devOptional }]) => {
    const there = installed[path];
    return there ? there.version === version : Boolean(optional || devOptional);
  });
}
