import { setTimeout as pause } from 'node:timers/promises';
import { abortError } from './idle.ts';
import { faultOf } from './provider-fault.ts';

const MAX_RETRIES = 2;
const FIRST_PAUSE_MS = 250;

/**
 * Retries transient failures. Only for work whose results have not been used yet. `keepErrors` rethrows the last error
 * unchanged, for callers that need its details.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
  { keepErrors = false }: { keepErrors?: boolean } = {},
): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw abortError(signal);
      const fault = faultOf(error);
      if (!fault) throw error;
      if (!fault.retry || retries === MAX_RETRIES) throw keepErrors ? error : fault.failure;
      await waitFor(fault.retryAfterMs ?? jitter(FIRST_PAUSE_MS * 2 ** retries), signal);
    }
  }
}

/** Adds jitter of up to half of the delay, so that callers do not retry simultaneously. */
function jitter(ms: number): number {
  return ms / 2 + (Math.random() * ms) / 2;
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => {
    throw abortError(signal);
  });
}
