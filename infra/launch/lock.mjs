import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { at } from './checkout.mjs';

const FILE = at('.launch.lock');
const BEAT_MS = 1000;
const LOOK_MS = 200;
/**
 * The time without a heartbeat after which the holder is dead, even if its process id exists: containers do not share
 * process ids.
 */
const SILENCE_MS = 15_000;

/** Does the work while no other launcher of this checkout installs or builds. */
export async function alone(work) {
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  await acquire(mine);
  const beat = setInterval(touch, BEAT_MS);
  const release = () => readOwner() === mine && rmSync(FILE, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off('exit', release);
    release();
  }
}

async function acquire(mine) {
  let seen = { beat: null, at: Date.now() };
  for (let told = false; !tryAcquire(mine);) {
    const owner = readOwner();
    const beat = lastBeat();
    if (beat !== seen.beat) seen = { beat, at: Date.now() };
    if (owner !== null && (isDead(owner) || Date.now() - seen.at > SILENCE_MS)) {
      takeAway(owner);
      continue;
    }
    if (!told) process.stderr.write('Another launch is installing or building here; waiting for it…\n');
    told = true;
    await sleep(LOOK_MS);
  }
}

function tryAcquire(mine) {
  try {
    writeFileSync(FILE, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of a dead owner. Two may try at once: who finds a living one in hand puts it back. */
function takeAway(owner) {
  const hand = `${FILE}.${randomUUID()}`;
  try {
    renameSync(FILE, hand);
    if (readFileSync(hand, 'utf8') !== owner) linkSync(hand, FILE);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(hand, { force: true });
  }
}

function isDead(owner) {
  try {
    const { pid, host } = JSON.parse(owner);
    if (host !== hostname()) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function readOwner() {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return null;
  }
}

function lastBeat() {
  return statSync(FILE, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function touch() {
  const now = new Date();
  try {
    utimesSync(FILE, now, now);
  } catch {
    // somebody removed the lock by hand; there is nothing left to keep alive
  }
}
