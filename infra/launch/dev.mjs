import { watch } from 'node:fs';
import { createServer } from 'node:net';
import { pathToFileURL } from 'node:url';
import { build, SOURCE_FOLDERS } from './build.mjs';
import { at } from './checkout.mjs';
import { capture, ended, environment, launch, runOpenly } from './run.mjs';
import { LaunchError } from './launch-error.mjs';
import { findNode } from './runtime.mjs';
import { WRITERS } from './schema.mjs';

/** An editor writes a file in several steps; together they are one change. */
const QUIET_MS = 150;

/** Compiles on every change and restarts the product. Vite serves the pages at its usual address and proxies other requests. */
export async function main(roles) {
  await build({ web: false });
  const { readConfig } = await import(pathToFileURL(at('dist/infra/config.js')).href);
  const { HOST, PORT } = readConfig();
  const [webPort, port] = [PORT || (await freePort()), await freePort()];
  const env = environment({ PORT: String(port), HOST: '127.0.0.1', PUBLIC_URL: process.env.PUBLIC_URL || `http://${HOST}:${webPort}` });

  const args = ['--enable-source-maps', 'dist/infra/start.js', ...roles];
  keepRunning(() => launch(findNode(), args, { env, stdio: ['ignore', 'inherit', 'inherit'] }));
  return runOpenly(findNode(), [at('infra/launch/dev-web.mjs'), HOST, String(webPort), `http://127.0.0.1:${port}`], { cwd: at('web') });
}

/** One product at a time: the next starts when the last has ended. The old one runs on while a change does not compile. */
function keepRunning(launchProduct) {
  let running = launchProduct();
  let turn = Promise.resolve();
  const replace = async () => {
    if (!(await compiles())) return;
    const end = running.exitCode === null && running.signalCode === null ? ended(running) : undefined;
    running.kill('SIGTERM');
    await end;
    running = launchProduct();
  };
  // `tsc --watch` of TypeScript 7 was slow to see a change or missed it.
  let timer;
  for (const folder of SOURCE_FOLDERS) {
    watch(at(folder), { recursive: true, persistent: false }, (_, file) => {
      if (!file?.endsWith('.ts')) return;
      clearTimeout(timer);
      timer = setTimeout(() => (turn = turn.then(replace)), QUIET_MS);
    });
  }
}

/** Compiles and prints the schemas; says what is wrong otherwise. */
async function compiles() {
  try {
    await build({ web: false });
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return false;
  }
  for (const writer of WRITERS) {
    const { code, output } = await capture(findNode(), [writer]);
    if (code !== 0) process.stderr.write(output);
  }
  return true;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
