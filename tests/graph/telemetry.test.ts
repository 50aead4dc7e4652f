import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROBE = fileURLToPath(new URL('../support/federation/telemetry-probe.js', import.meta.url));

async function attemptsOf(gateway: 'ours' | "Apollo's"): Promise<unknown[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROBE, gateway], { env: { PATH: '' } });
  return JSON.parse(stdout) as unknown[];
}

describe('a gateway', () => {
  it('makes no outbound request while it loads, and does not keep its process alive', async () => {
    expect(await attemptsOf('ours')).toEqual([]);
  });

  it("would make outbound requests if Apollo's telemetry were enabled (control)", async () => {
    expect(await attemptsOf("Apollo's")).not.toEqual([]);
  });
});
