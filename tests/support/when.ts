import { describe } from '@jest/globals';

/** A suite that needs something of the machine. `missing` is null, or the reason why it is skipped, which the reporter prints. */
export function describeWhen(missing: string | null, name: string, body: () => void): void {
  if (missing === null) describe(name, body);
  else describe.skip(`${name} (skipped: ${missing})`, body);
}
