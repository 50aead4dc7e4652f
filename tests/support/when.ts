import { describe } from '@jest/globals';

/** Declares a suite that needs something of the machine. `missing` is null, or the reason to skip it, which the reporter prints. */
export function describeWhen(missing: string | null, name: string, body: () => void): void {
  if (missing === null) describe(name, body);
  else describe.skip(`${name} (skipped: ${missing})`, body);
}
