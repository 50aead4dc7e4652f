import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter } from 'node:path';
import { at } from './checkout.mjs';
import { LaunchError } from './launch-error.mjs';

/** A terminal's Ctrl-C reaches us from the terminal and again from npm: within this time they are one. */
const ONE_SIGNAL_MS = 300;
const PARENT_LOOK_MS = 200;
const children = new Set();

/** Programs that our children start find our Node and our tools first, and what Node has compiled before. */
export function environment(extra = {}) {
  const PATH = `${at('node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  return { NODE_COMPILE_CACHE: at('node_modules', '.cache', 'compiled'), ...process.env, PATH, ...extra };
}

/** Runs a program to its end without a word; its output is shown only when it fails. */
export async function runQuietly(what, command, args, options = {}) {
  const { code, output } = await capture(command, args, options);
  if (code !== 0) throw new LaunchError(`${output.trim()}\n\n${what} failed (exit code ${code}).`);
}

/** Runs a program to its end and gives its exit code and everything it wrote. */
export async function capture(command, args, options = {}) {
  const child = launch(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  return { code: await ended(child), output };
}

/** Runs a program that speaks for itself; gives its exit code. */
export function runOpenly(command, args, options = {}) {
  return ended(launch(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options }));
}

/** As `runOpenly`, and then ends what the program has left behind: a test that fails may not reach its own clearing up. */
export async function runCleanly(command, args, options = {}) {
  const child = launch(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  const code = await ended(child);
  try {
    if (process.platform !== 'win32') process.kill(-Number(child.pid), 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
  return code;
}

/** Starts a program in a process group of its own, so that a signal reaches it once: through us. */
export function launch(command, args, options = {}) {
  const child = spawn(command, args, { cwd: at(), env: environment(), detached: process.platform !== 'win32', ...options });
  children.add(child);
  child.once('close', () => children.delete(child));
  return child;
}

/** The exit code of a program; as shells have it, 128 + n for one that signal n ended. */
export function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** Forwards signals to the running child processes; without children they end the launcher. */
export function handInterrupts() {
  let last = { signal: null, at: 0 };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (last.signal === signal && Date.now() - last.at < ONE_SIGNAL_MS) return;
      last = { signal, at: Date.now() };
      end(signal);
    });
  }
  if (process.env.npm_lifecycle_event) followParent();
}

/** npm hands a signal only to the shell between us, which dies of it without a word: its death is our signal. */
function followParent() {
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    end('SIGTERM');
  }, PARENT_LOOK_MS).unref();
}

function end(signal) {
  if (children.size === 0) process.exit(128 + constants.signals[signal]);
  for (const child of children) child.kill(signal);
}
