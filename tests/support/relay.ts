import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** Passes connections on to a port of this machine, until it is told to keep what it gets for itself. */
export interface Relay {
  port: number;
  /** From now on nothing comes through, in either direction, though every connection stands. */
  hold(): void;
  close(): Promise<void>;
}

export async function startRelay(target: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  let isHeld = false;
  const server = createServer((near) => {
    keep(near);
    if (isHeld) return;
    const far = connect(target, '127.0.0.1');
    keep(far);
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    hold() {
      isHeld = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
