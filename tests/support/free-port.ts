import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to outgoing connections: a server that is started again would find one of those there. */
const [FROM, TO] = [10_000, 32_000];
const given = new Set<number>();

/** A port that is free and stays so while its server is away. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FROM + Math.floor(Math.random() * (TO - FROM));
    if (!given.has(port) && (await isFree(port))) {
      given.add(port);
      return port;
    }
  }
}

async function isFree(port: number): Promise<boolean> {
  const listener = createServer().listen(port, '127.0.0.1');
  try {
    await once(listener, 'listening');
  } catch {
    return false;
  }
  await new Promise((closed) => listener.close(closed));
  return true;
}
