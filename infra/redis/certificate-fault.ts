import { once } from 'node:events';
import { connect } from 'node:tls';
import type { HostPort } from './address.ts';

const TIMEOUT_MS = 2_000;

/** Returns why the certificate of one of the servers is not trusted, or undefined if none has such a fault. */
export async function certificateFault(servers: readonly HostPort[]): Promise<Error | undefined> {
  const faults = await Promise.all(servers.map(faultOf));
  return faults.find((fault) => fault !== undefined);
}

async function faultOf(server: HostPort): Promise<Error | undefined> {
  const socket = connect(server);
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // An unreachable server has presented no certificate.
    return /certificate/i.test(`${code} ${message}`) ? (error as Error) : undefined;
  } finally {
    socket.destroy();
  }
}
