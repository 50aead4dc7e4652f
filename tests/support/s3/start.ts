import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { S3Address } from '../../../infra/files/s3.ts';
import { freePort } from '../free-port.ts';
import { ServerProcess } from '../server-process.ts';

/** A temporary S3 server of one test, with a bucket; it restarts at the same address. */
export interface S3Server {
  address: S3Address;
  /** The environment of a product that uses it. */
  env: Record<string, string>;
  /** The folder of the bucket. */
  directory: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Makes the server accept connections and bytes, and answer none. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export async function startS3(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-s3-'));
  const bucket = 'parley';
  mkdirSync(join(directory, bucket));
  const port = await freePort();
  const program = resolve('dist/tests/support/s3/server.js');
  const server = new ServerProcess([process.execPath, program, directory, String(port)], /ready to accept connections/);
  await server.start();
  const endpoint = `http://127.0.0.1:${port}`;
  // The one account that s3rver has.
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  return {
    address: { bucket, endpoint, region: 'us-east-1', credentials, pathStyle: true },
    env: {
      S3_BUCKET: bucket,
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY_ID: credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    directory: join(directory, bucket),
    start: () => server.start(),
    kill: () => server.end('SIGKILL'),
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    async stop() {
      server.signal('SIGCONT');
      await server.end('SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
