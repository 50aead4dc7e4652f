import { createServer } from 'node:net';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { at, program } from './place.mjs';
import { capture, ended, environment, launch, runOpenly } from './run.mjs';
import { findNode } from './runtime.mjs';
import { WRITERS } from './schema.mjs';

/** Compiles on every change and starts the product anew; Vite serves the pages at its usual address and hands the rest on. */
export async function main(roles) {
  await build({ web: false });
  const { readConfig } = await import(pathToFileURL(at('dist/infra/config.js')).href);
  const { HOST, PORT } = readConfig();
  const [web, product] = [PORT || (await freePort()), await freePort()];
  const env = environment({ PORT: String(product), HOST: '127.0.0.1', PUBLIC_URL: process.env.PUBLIC_URL || `http://${HOST}:${web}` });

  const compiler = launch(findNode(), [program('typescript', 'tsc'), '-p', '.', '--watch', '--preserveWatchOutput'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const restart = restarter(() => launch(findNode(), ['--enable-source-maps', 'dist/infra/start.js', ...roles], { env, stdio: ['ignore', 'inherit', 'inherit'] }));
  compiler.stdout.setEncoding('utf8').on('data', (text) => {
    if (/Found 0 errors/.test(text)) restart();
    else if (/error/.test(text)) process.stderr.write(text);
  });
  const pages = [at('infra/launch/dev-web.mjs'), HOST, String(web), `http://127.0.0.1:${product}`];
  const code = await runOpenly(findNode(), pages, { cwd: at('web') });
  await ended(compiler);
  return code;
}

/** One product at a time: the next starts when the last has ended. Changes meanwhile count once. */
function restarter(startProduct) {
  let running = null;
  let turn = Promise.resolve();
  let asked = 0;
  return () => {
    const mine = ++asked;
    turn = turn.then(async () => {
      if (mine !== asked) return;
      if (running && running.exitCode === null && running.signalCode === null) {
        const end = ended(running);
        running.kill('SIGTERM');
        await end;
      }
      for (const writer of WRITERS) {
        const { code, output } = await capture(findNode(), [writer]);
        if (code !== 0) process.stderr.write(output);
      }
      running = startProduct();
    });
  };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
