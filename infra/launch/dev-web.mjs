// Runs under our own Node, in web/: the launcher's may be too old for Vite.
import { createServer } from 'vite';

const [host, port, target] = process.argv.slice(2);

/** Redirects the proxied paths of the web configuration to the server of this run, with the browser's Origin. */
const toProduct = {
  name: 'parley-product',
  config: (config) => {
    const paths = Object.keys(config.server?.proxy ?? {});
    return void (config.server = { ...config.server, proxy: Object.fromEntries(paths.map((path) => [path, { target, ws: true }])) });
  },
};

const server = await createServer({
  root: process.cwd(),
  server: { host, port: Number(port), strictPort: true },
  plugins: [toProduct],
  clearScreen: false,
  logLevel: 'warn',
});
await server.listen();
process.once('SIGTERM', stop).once('SIGINT', stop);

async function stop() {
  await server.close();
  process.exit(0);
}
