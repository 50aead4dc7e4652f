/** True for the long run (`npm test -- --full`). */
const isFull = process.env['FULL'] === '1';

/** The reason to skip a suite of the long run, or null in the long run; for `describeWhen`. */
export const missingFullTier = isFull ? null : 'only in the long run, npm test -- --full';

/** Returns `always` in the run of every change and `full` in the long one, for numbers of repetitions and the like. */
export function byTier<T>(always: T, full: T): T {
  return isFull ? full : always;
}
