#!/usr/bin/env node
// The door of every npm script. Plain JavaScript without dependencies: it runs on the newcomer's own Node
// before anything is installed.
import { handInterrupts } from './launch/run.mjs';
import { LaunchError } from './launch/launch-error.mjs';

const [command = 'start', ...args] = process.argv.slice(2);
const commands = {
  start: () => import('./launch/start.mjs'),
  dev: () => import('./launch/dev.mjs'),
  build: () => import('./launch/build.mjs'),
  test: () => import('./launch/test.mjs'),
  check: () => import('./launch/check.mjs'),
  schema: () => import('./launch/schema.mjs'),
  backup: () => import('./launch/backup.mjs'),
  restore: () => import('./launch/restore.mjs'),
  bench: () => import('./launch/bench.mjs'),
  screenshots: () => import('./launch/screenshots.mjs'),
  new: () => import('./launch/new.mjs'),
};

try {
  if (!(command in commands)) throw new LaunchError(`There is no command "${command}". There are: ${Object.keys(commands).join(', ')}.`);
  handInterrupts();
  const { main } = await commands[command]();
  process.exitCode = await main(args);
} catch (error) {
  if (!(error instanceof LaunchError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
