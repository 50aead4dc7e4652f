import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../../schema/errors.ts';
import { ConfigError } from '../config.ts';
import type { Log } from '../log.ts';

const PAUSE_MS = 500;
/** A server that refuses the name or the password will do so again. */
const HOPELESS = /^(28|3D)|WRONGPASS|NOAUTH|UNAUTHENTICATED|\b40[13]\b/;
/** So will one whose certificate is not trusted, or that speaks no TLS where the address asks for it. */
const INSECURE = /certificate|ERR_SSL|EPROTO|does not support SSL/i;

export interface ConnectOptions {
  log: Log;
  /** Has the setting's name while its server is waited for. */
  pendingDependencies?: Set<string> | undefined;
  patienceMs?: number;
}

/**
 * Opens what a setting points at. A server may start at the same moment as we do, so it has `patienceMs` to answer;
 * then a `ConfigError` names the setting, never its value.
 */
export async function connectWithRetry<T>(setting: string, open: () => Promise<T>, options: ConnectOptions): Promise<T> {
  const { log, pendingDependencies, patienceMs = 20_000 } = options;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      const opened = await open();
      pendingDependencies?.delete(setting);
      return opened;
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      const reason = reasonOf(error);
      if (INSECURE.test(reason))
        throw new ConfigError(
          `${setting}: there is no secure connection to the server: ${reason}. Where its certificate is of an authority of your own, NODE_EXTRA_CA_CERTS names the file with the certificate of that.`,
          { cause: error },
        );
      if (HOPELESS.test(reason) || Date.now() > deadline)
        throw new ConfigError(`${setting}: the server does not let us in or does not answer: ${reason}`, { cause: error });
      log.warn({ setting, reason }, 'waiting for a server');
      pendingDependencies?.add(setting);
      await pause(PAUSE_MS);
    }
  }
}

/** What lies behind a failure says more than it does. Connecting to two addresses of one name fails with several errors and no message. */
function reasonOf(error: unknown): string {
  if (error instanceof Failure && error.cause) return reasonOf(error.cause);
  const { code, message, errors } = error as { code?: string; message?: string; errors?: Error[] };
  const text = message || errors?.map((each) => each.message).join(', ') || 'no reason given';
  return code && !text.includes(code) ? `${code} ${text}` : text;
}
