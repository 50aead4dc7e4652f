/** A run of every change, or with FULL=1 (`npm test -- --full`) the long run. */
const isFull = process.env['FULL'] === '1';

/** Null in the long run; for `describeWhen` of a suite that only the long run has. */
export const missingFullTier = isFull ? null : 'only in the long run, npm test -- --full';

/** How often a test repeats what it does, or the like: `always` in every run, `full` in the long one. */
export function byTier<T>(always: T, full: T): T {
  return isFull ? full : always;
}
