import type { IncomingMessage } from 'node:http';
import type { Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Log } from '../../infra/log.ts';

/** The socket of an operation, as graphql-ws passes it to the handlers. */
export interface Extra {
  request: IncomingMessage;
  shut(code: number, reason: string): void;
}

const PING_MS = 12_000;
const CLOSING_MS = 1_000;
const MAX_BUFFERED_BYTES = 1024 * 1024;
const MAX_STALLED_MS = 30_000;
const MAX_MESSAGES_PER_SECOND = 200;

/**
 * Serves one WebSocket: pings, so that a dead peer is detected within 24 s; applies backpressure to slow readers, so that
 * events stay in their sources; closes connections that flood or stall.
 */
export function serveConnection(socket: WebSocket, request: IncomingMessage, { server, log }: { server: Server<Extra>; log: Log }): void {
  const shut = (code: number, reason: string) => {
    socket.close(code, reason);
    setTimeout(() => socket.terminate(), CLOSING_MS).unref();
  };
  const stopPinging = startPinging(socket);
  const isFlood = messageRateLimit();
  const send = sender(socket, () => shut(4008, 'slow consumer'));
  // After an error, ws closes the socket itself with the appropriate code, such as 1009 for a message that is too big.
  socket.on('error', (error) => log.debug({ err: error }, 'a socket failed'));
  socket.on('ping', () => isFlood() && shut(1008, 'too many messages'));
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send,
      close: shut,
      onMessage: (receive) =>
        socket.on('message', (data, isBinary) => {
          if (isFlood()) return shut(1008, 'too many messages');
          if (isBinary) return shut(4400, 'Invalid message received');
          receive(data.toString()).catch((error: unknown) => {
            log.error({ err: error }, 'a socket message failed unexpectedly');
            shut(4500, 'Internal server error');
          });
        }),
    },
    { request, shut },
  );
  socket.once('close', (code, reason) => {
    stopPinging();
    closed(code, reason.toString()).catch((error: unknown) => log.error({ err: error }, 'the cleanup of a socket failed'));
  });
}

/** Pings are numbered, so that only a client that reads them can answer. */
function startPinging(socket: WebSocket): () => void {
  let sent = 0;
  let answered = 0;
  socket.on('pong', (data) => {
    if (data.toString() === String(sent)) answered = sent;
  });
  const timer = setInterval(() => {
    if (answered !== sent) return socket.terminate();
    socket.ping(String(++sent));
  }, PING_MS);
  return () => clearInterval(timer);
}

function sender(socket: WebSocket, stalled: () => void): (data: string) => Promise<void> {
  let newest: Promise<void> = Promise.resolve();
  return async (data) => {
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) await within(newest, MAX_STALLED_MS, stalled);
    if (socket.readyState !== socket.OPEN) return;
    // A socket that closes meanwhile emits its close event; the lost message is not a second error.
    newest = new Promise((resolve) => socket.send(data, () => resolve()));
    await newest;
  };
}

async function within(work: Promise<void>, ms: number, late: () => void): Promise<void> {
  const timer = setTimeout(late, ms);
  await work.finally(() => clearTimeout(timer));
}

function messageRateLimit(): () => boolean {
  let second = 0;
  let count = 0;
  return () => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) [second, count] = [now, 0];
    return ++count > MAX_MESSAGES_PER_SECOND;
  };
}
