import { createClient, type Client } from 'graphql-ws';
import { isFresh, isSignedIn, refreshSession } from '#lib/users/session.ts';
import { connection } from './connection.svelte.ts';

const PING_MS = 10_000;
const PONG_MS = 4_000;
const LONGEST_WAIT_MS = 8_000;
const OFFLINE_WAIT_MS = 20_000;

/**
 * One socket for all subscriptions. It reconnects without limit, and is closed half a minute after the last reader has left.
 */
export const socket: Client = createClient({
  url: address,
  lazyCloseTimeout: 30_000,
  keepAlive: PING_MS,
  retryAttempts: Infinity,
  // The caller refreshes an expired token; see follow.ts.
  shouldRetry: (cause) => !(isClose(cause) && needsToken(cause)),
  retryWait: (retries) => pause(Math.min(250 * 2 ** retries, LONGEST_WAIT_MS) * (0.75 + Math.random() / 2)),
  on: {
    connected: () => connection.opened(),
    closed: (event) => {
      clearTimeout(silence);
      connection.closed((event as CloseEvent).code === 1000);
    },
    ping: (received) => {
      if (!received) silence = setTimeout(() => socket.terminate(), PONG_MS);
    },
    pong: (received) => {
      if (received) clearTimeout(silence);
    },
  },
});

let silence: ReturnType<typeof setTimeout> | undefined;
let wake: (() => void) | undefined;

if (typeof window !== 'undefined') {
  window.addEventListener('offline', () => socket.terminate());
  window.addEventListener('online', () => wake?.());
}

/** The cookie is read while the socket opens, so it must be valid by then. */
async function address(): Promise<string> {
  if (isSignedIn() && !isFresh()) await refreshSession().catch(() => undefined);
  return location.origin.replace(/^http/, 'ws') + '/graphql';
}

/** Waits for the delay or until the browser is online again, whichever is first. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, navigator.onLine ? ms : OFFLINE_WAIT_MS);
  });
}

export function isClose(cause: unknown): cause is CloseEvent {
  return typeof cause === 'object' && cause !== null && 'code' in cause && 'reason' in cause;
}

/** Close codes after which only a new token helps. */
export function needsToken(close: CloseEvent): boolean {
  return close.code === 4401 || close.code === 4403;
}
