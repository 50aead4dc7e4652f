import { ConfigError, readConfig, type Config } from './config.ts';
import { DirectoryInUse } from './database/lock.ts';
import { openLog, type Log } from './log.ts';
import { openEverything } from './roles/everything.ts';
import { openGatewayRole } from './roles/gateway.ts';
import { requireSharedGround, roleFrom, type Role, type Running } from './roles/role.ts';
import { openSubgraphRole } from './roles/subgraph.ts';
import { openWorker } from './roles/worker.ts';

function open(role: Role, config: Config, log: Log): Promise<Running> {
  if (role === 'everything') return openEverything(config, log);
  requireSharedGround(role, config);
  if (role === 'gateway') return openGatewayRole(config, log);
  return role === 'worker' ? openWorker(config, log) : openSubgraphRole(role, config, log);
}

/** Says where the product is, and what it does without a model, in words; everything else goes to the log. */
async function run(): Promise<void> {
  const role = roleFrom(process.argv.slice(2));
  const config = readConfig(undefined, role === 'gateway' ? ['DATABASE_URL'] : []);
  const log = openLog(config.LOG_LEVEL).child(role === 'everything' ? {} : { role });
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'an unhandled rejection'));
  const { url, close } = await open(role, config, log);
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
  process.stdout.write(role === 'everything' ? `\nParley is ready: ${url}\n` : `The role ${role} is ready: ${url}\n`);
  if (role === 'everything' && !config.OPENAI_API_KEY && !config.OPENAI_BASE_URL) {
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
