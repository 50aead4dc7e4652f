import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../../schema/errors.ts';
import { ConfigError } from '../config.ts';
import type { Log } from '../log.ts';

const PAUSE_MS = 500;
/** Rejected credentials. Retrying does not help. */
const AUTHENTICATION = /^28|WRONGPASS|NOAUTH|UNAUTHENTICATED|\b40[13]\b/;
/** SQLSTATE class of a database that does not exist. Retrying does not help. */
const MISSING = /^3D/;
/** An untrusted certificate, or a server without TLS where the address requires it. Retrying does not help. */
const INSECURE = /certificate|ERR_SSL|EPROTO|does not support SSL/i;

export interface ConnectOptions {
  log: Log;
  /** Contains the setting's name while its server is unavailable. */
  pendingDependencies?: Set<string> | undefined;
  timeoutMs?: number;
}

/**
 * Connects to the server of a setting. Retries for `timeoutMs`, since the server may start at the same time. The final
 * `ConfigError` contains the setting's name, never its value.
 */
export async function connectWithRetry<T>(setting: string, open: () => Promise<T>, options: ConnectOptions): Promise<T> {
  const { log, pendingDependencies, timeoutMs = 20_000 } = options;
  const deadline = Date.now() + timeoutMs;
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
          `${setting}: no secure connection (${reason}). If the server's certificate is signed by a private authority, set NODE_EXTRA_CA_CERTS to the file with the certificate of the authority.`,
          { cause: error },
        );
      if (AUTHENTICATION.test(reason)) throw new ConfigError(`${setting}: authentication failed (${reason})`, { cause: error });
      if (MISSING.test(reason) || Date.now() > deadline) throw new ConfigError(`${setting}: cannot connect (${reason})`, { cause: error });
      log.warn({ setting, reason }, 'waiting for a server');
      pendingDependencies?.add(setting);
      await pause(PAUSE_MS);
    }
  }
}

/** Prefers the root cause's message. Connecting to several addresses of one name fails with several errors and no message. */
function reasonOf(error: unknown): string {
  if (error instanceof Failure && error.cause) return reasonOf(error.cause);
  const { code, message, errors } = error as { code?: string; message?: string; errors?: Error[] };
  const text = message || errors?.map((each) => each.message).join(', ') || 'no reason given';
  return code && !text.includes(code) ? `${code} ${text}` : text;
}
