import { once } from 'node:events';
import { connect } from 'node:tls';
import type { HostPort } from './address.ts';

const PATIENCE_MS = 2_000;

/** Why the certificate that one of these places shows is not trusted; undefined where none shows such a one. */
export async function certificateFault(places: readonly HostPort[]): Promise<Error | undefined> {
  const faults = await Promise.all(places.map(faultOf));
  return faults.find((fault) => fault !== undefined);
}

async function faultOf(place: HostPort): Promise<Error | undefined> {
  const socket = connect(place);
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // A server that cannot be reached, or is silent, has shown none.
    return /certificate/i.test(`${code} ${message}`) ? (error as Error) : undefined;
  } finally {
    socket.destroy();
  }
}
