import { execFile } from 'node:child_process';

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** `npm run backup` and `npm run restore` with these settings alone, without the build that comes first. */
export function runCommand(command: 'backup' | 'restore', args: string[], settings: Record<string, string>): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings };
    execFile(process.execPath, ['--enable-source-maps', `dist/infra/backup/${command}.js`, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}
