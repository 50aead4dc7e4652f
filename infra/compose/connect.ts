import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import { Failure } from '../../schema/errors.ts';
import { ConfigError } from '../config.ts';
import type { Log } from '../log.ts';

const PAUSE_MS = 500;
/** Rejected credentials. */
const AUTHENTICATION = /^28|WRONGPASS|NOAUTH|UNAUTHENTICATED|\b40[13]\b/;
/** SQLSTATE class of a database that does not exist. */
const MISSING = /^3D/;
/** An untrusted certificate, or a server without TLS where the address requires it. */
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
  const retries = retry(
    handleWhen((error) => !isFinal(error) && Date.now() <= deadline),
    { maxAttempts: Infinity, backoff: new ConstantBackoff(PAUSE_MS) },
  );
  retries.onRetry((failed) => {
    log.warn({ setting, reason: reasonOf('error' in failed ? failed.error : failed.value) }, 'waiting for a server');
    pendingDependencies?.add(setting);
  });
  try {
    const opened = await retries.execute(open);
    pendingDependencies?.delete(setting);
    return opened;
  } catch (error) {
    throw toConfigError(setting, error);
  }
}

/** Returns whether retrying does not help. */
function isFinal(error: unknown): boolean {
  const reason = reasonOf(error);
  return error instanceof ConfigError || [INSECURE, AUTHENTICATION, MISSING].some((pattern) => pattern.test(reason));
}

function toConfigError(setting: string, error: unknown): ConfigError {
  if (error instanceof ConfigError) return error;
  const reason = reasonOf(error);
  if (INSECURE.test(reason))
    return new ConfigError(
      `${setting}: no secure connection (${reason}). If the server's certificate is signed by a private authority, set NODE_EXTRA_CA_CERTS to the file with the certificate of the authority.`,
      { cause: error },
    );
  if (AUTHENTICATION.test(reason)) return new ConfigError(`${setting}: authentication failed (${reason})`, { cause: error });
  return new ConfigError(`${setting}: cannot connect (${reason})`, { cause: error });
}

/** Prefers the root cause's message. Connecting to several addresses of one name fails with several errors and no message. */
function reasonOf(error: unknown): string {
  if (error instanceof Failure && error.cause) return reasonOf(error.cause);
  const { code, message, errors } = error as { code?: string; message?: string; errors?: Error[] };
  const text = message || errors?.map((each) => each.message).join(', ') || 'no reason given';
  return code && !text.includes(code) ? `${code} ${text}` : text;
}
