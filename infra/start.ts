import { ConfigError, readConfig } from './config.ts';
import { DirectoryInUse } from './database/lock.ts';
import { captureConsole, openLog, type Log } from './log.ts';
import { closeDirectory, PRIVATE_UMASK } from './private-directory.ts';
import { requireSharedServers, roleFrom, type Opening, type Role, type Running } from './compose/roles/role.ts';
import { StartupServer } from './compose/startup-server.ts';

/** Only what the role needs is loaded. */
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

/** Says where the product is, and what it does without a model, in words; everything else goes to the log. */
async function run(): Promise<void> {
  process.umask(PRIVATE_UMASK);
  const role = roleFrom(process.argv.slice(2));
  const config = readConfig(undefined, role === 'gateway' ? ['DATABASE_URL'] : []);
  const log = openLog(config.LOG_LEVEL).child(role === 'everything' ? {} : { role });
  captureConsole(log);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'an unhandled rejection'));
  // Node's own report prints every field of the error.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an uncaught exception ends the process');
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
    process.stdout.write('No language model is connected: answers are quotes from your documents. README.md says how to connect one.\n');
  }
}

/** Ends what runs by then; what is still being opened has nothing to end. */
function endOnSignals(life: { running?: Running }, log: Log): void {
  let isEnding = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A second signal says that somebody does not want to wait.
      if (isEnding) process.exit(1);
      if (!life.running) process.exit(0);
      isEnding = true;
      log.info({ signal }, 'shutting down');
      life.running.close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'the shutdown failed');
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

/** What the person who starts can put right needs words and no stack. */
function reasonInWords(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof DirectoryInUse) return error.message;
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} of ${address} is taken. Stop what listens there, or set PORT to another; 0 takes a free one.`;
  if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine. Set HOST to one that is.`;
  return undefined;
}
