import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Gateway } from '../gateway/gateway.ts';
import { openDoor, type DoorValues } from '../gateway/http.ts';
import { Scales } from '../gateway/limits/scales.ts';
import { local } from '../gateway/sources.ts';
import { all } from '../subgraphs/all.ts';
import { openSubgraph, type OpenSubgraph } from '../subgraphs/open.ts';
import type { Ports } from '../subgraphs/subgraph.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { DirectoryInUse } from './database/lock.ts';
import { LateGraph } from './graph/late.ts';
import { openLog, type Log } from './log.ts';
import { openPlatform } from './platform.ts';

/** The whole product in this process: read the settings, open the ground, build the house, open the door. */
async function start(config: Config, log: Log): Promise<{ url: string; close(): Promise<void> }> {
  let publicUrl = config.PUBLIC_URL;
  const platform = await openPlatform(config, log, () => publicUrl ?? '');
  const graph = new LateGraph();
  const { version } = JSON.parse(readFileSync(resolve('package.json'), 'utf8')) as { version: string };
  const ports: Ports = {
    ...platform,
    graph,
    log,
    values: {
      get publicUrl() {
        return publicUrl ?? '';
      },
      maxUploadBytes: config.MAX_UPLOAD_MB * 1024 * 1024,
      runLeaseMs: config.RUN_LEASE_MS,
      allowedPrivateHosts: config.ALLOWED_PRIVATE_HOSTS,
      version,
    },
    probes: { database: () => platform.database.ping(), queue: () => platform.queue.ping() },
  };

  const subgraphs: OpenSubgraph[] = [];
  // One after the other: the metadata of type-graphql are the whole process's.
  for (const subgraph of all) subgraphs.push(await openSubgraph(subgraph, ports, await platform.database.connect(subgraph)));
  const sources = new Map(subgraphs.map(({ name, source }) => [name, local(source)]));
  const supergraphSdl = readFileSync(resolve('schema/supergraph.graphql'), 'utf8');
  const scales = new Scales();
  const gateway = new Gateway({ supergraphSdl, sources, plannerName: config.QUERY_PLANNER, log, admission: scales });
  await gateway.load();
  graph.connect(gateway);
  for (const subgraph of subgraphs) await subgraph.start();

  const checks = { database: () => platform.database.ping(), supergraph: async () => gateway.schema };
  const door = await openDoor({ ...platform, gateway, scales, log, checks, values: doorValues(config) });
  await door.listen();
  const url = (publicUrl ??= `http://${config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST}:${door.port}`);
  return {
    url,
    async close() {
      await door.close();
      for (const subgraph of subgraphs.reverse()) await subgraph.stop();
      await gateway.stop();
      await platform.close();
    },
  };
}

function doorValues(config: Config): DoorValues {
  return {
    host: config.HOST,
    port: config.PORT,
    publicUrl: config.PUBLIC_URL,
    trustedProxies: config.TRUSTED_PROXIES,
    introspection: config.INTROSPECTION,
    signInsPerMinute: config.SIGN_INS_PER_MINUTE,
    webRoot: resolve('web/build'),
  };
}

/** Says where the product is, and what it does without a model, in words; everything else goes to the log. */
async function run(): Promise<void> {
  const [role] = process.argv.slice(2);
  if (role)
    throw new ConfigError(`"${role}" is not understood: everything runs in this one process, which takes settings but no arguments.`);
  const config = readConfig();
  const log = openLog(config.LOG_LEVEL);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'an unhandled rejection'));
  const { url, close } = await start(config, log);
  let closing = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A second signal says that somebody does not want to wait.
      if (closing) process.exit(1);
      closing = true;
      log.info({ signal }, 'shutting down');
      close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'the shutdown failed');
          process.exit(1);
        },
      );
    });
  }
  // Whoever reads this may send a signal at once.
  log.info({ url }, 'listening');
  process.stdout.write(`\nParley is ready: ${url}\n`);
  if (!config.OPENAI_API_KEY && !config.OPENAI_BASE_URL) {
    process.stdout.write('No language model is connected: answers are quotes from your documents. README.md says how to connect one.\n');
  }
}

try {
  await run();
} catch (error) {
  const reason = reasonInWords(error);
  if (!reason) throw error;
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

/** What the person who starts can put right needs words and no stack. */
function reasonInWords(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof DirectoryInUse) return error.message;
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} of ${address} is taken. Stop what listens there, or set PORT to another; 0 takes a free one.`;
  if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine. Set HOST to one that is.`;
  return undefined;
}
