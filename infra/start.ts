import { ConfigError, readConfig } from './config.ts';
import { DirectoryInUse } from './database/lock.ts';
import { captureConsole, openLog, type Log } from './log.ts';
import { closeDirectory, PRIVATE_UMASK } from './private-directory.ts';
import { requireSharedServers, roleFrom, type Opening, type Role, type Running } from './compose/roles/role.ts';
import { StartupServer } from './compose/startup-server.ts';

/** Opens a role, loading only the modules that it needs. */
async function open(role: Role, opening: Opening): Promise<Running> {
  switch (role) {
    case 'everything':
      return (await import('./compose/roles/all-in-one.ts')).openAllInOne(opening);
    case 'gateway':
      return (await import('./compose/roles/gateway.ts')).openGatewayRole(opening);
    case 'worker':
      return (await import('./compose/roles/worker.ts')).openWorker(opening);
    default:
      return (await import('./compose/roles/subgraph.ts')).openSubgraphRole(role, opening);
  }
}

/** Starts the role. Prints the URL and a hint if no model is configured; everything else goes to the log. */
async function run(): Promise<void> {
  process.umask(PRIVATE_UMASK);
  const role = roleFrom(process.argv.slice(2));
  const config = readConfig(undefined, role === 'gateway' ? ['DATABASE_URL'] : []);
  const log = openLog(config.LOG_LEVEL).child(role === 'everything' ? {} : { role });
  captureConsole(log);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  // Node's default report would print every field of the error.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception, exiting');
    process.exit(1);
  });
  if (role !== 'everything') requireSharedServers(role, config);
  const life: { running?: Running } = {};
  endOnSignals(life, log);
  const startupServer = new StartupServer();
  await startupServer.open(config);
  await closeDirectory(config.DATA_DIR, log);
  life.running = await open(role, { config, log, pendingDependencies: startupServer.pendingDependencies });
  const url = await life.running.listen(startupServer.listenAddress(config));
  log.info({ url }, 'listening');
  process.stdout.write(role === 'everything' ? `\nParley is ready: ${url}\n` : `The role ${role} is ready: ${url}\n`);
  if (role === 'everything' && !config.OPENAI_API_KEY && !config.OPENAI_BASE_URL) {
    process.stdout.write('No language model is connected: answers are quotes from your documents. See README.md to connect one.\n');
  }
}

/** Shuts down gracefully on SIGTERM and SIGINT, or exits at once while still starting. */
function endOnSignals(life: { running?: Running }, log: Log): void {
  let isEnding = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A second signal forces the exit.
      if (isEnding) process.exit(1);
      if (!life.running) process.exit(0);
      isEnding = true;
      log.info({ signal }, 'shutting down');
      life.running.close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'shutdown failed');
          process.exit(1);
        },
      );
    });
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

/** Returns a message without a stack for faults that the operator can fix. */
function reasonInWords(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof DirectoryInUse) return error.message;
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} of ${address} is in use. Stop the process that uses it, or set PORT to another port; 0 selects a free one.`;
  if (code === 'EADDRNOTAVAIL') return `${address} is not an address of this machine. Set HOST to one that is.`;
  return undefined;
}
