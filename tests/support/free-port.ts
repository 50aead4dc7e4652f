import { createServer, type AddressInfo } from 'node:net';

/** A port that was free a moment ago, for a server that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
  const { port } = listener.address() as AddressInfo;
  await new Promise((closed) => listener.close(closed));
  return port;
}
