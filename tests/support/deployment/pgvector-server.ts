import { once } from 'node:events';
import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { freePort } from '../free-port.ts';
import { preparedOnce } from '../template.ts';

/**
 * A PostgreSQL server with pgvector where none is installed: the embedded engine behind PostgreSQL's wire protocol. All connections
 * share one session, so it is for single statements only.
 */
export class PgvectorServer {
  readonly #engine: PGlite;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  readonly #port: number;

  private constructor(port: number, engine: PGlite) {
    this.#port = port;
    this.#engine = engine;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      serve(socket, (messages) => engine.runExclusive(() => engine.execProtocolRaw(messages)));
    });
  }

  static async start(): Promise<PgvectorServer> {
    const started = new PgvectorServer(await freePort(), await openEngine());
    await started.start();
    return started;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.#port}/postgres`;
  }

  /** Restarts it at the same address. */
  async start(): Promise<void> {
    await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening');
  }

  /** Closes the port. */
  async kill(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async stop(): Promise<void> {
    await this.kill();
    if (!this.#engine.closed) await this.#engine.close();
  }
}

/** Opens an engine on a copy of the data that the first one of this test run made: making them costs four seconds of CPU time. */
async function openEngine(): Promise<PGlite> {
  const extensions = { vector };
  const prepared = await preparedOnce('pgvector', async (directory) => {
    const engine = await PGlite.create({ extensions });
    const data = await engine.dumpDataDir('none');
    await engine.close();
    await writeFile(join(directory, DATA), data.stream());
  });
  return PGlite.create({ extensions, ...(prepared ? { loadDataDir: await openAsBlob(join(prepared, DATA)) } : {}) });
}

const DATA = 'data.tar';
const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const STARTUP = 196608;

/** Reads messages, and passes them on at each one that expects an answer: a query, or the Sync of an extended one. */
function serve(socket: Socket, run: (messages: Uint8Array) => Promise<Uint8Array>): void {
  let waiting = Buffer.alloc(0);
  let isGreeted = false;
  let turn = Promise.resolve();
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    waiting = Buffer.concat([waiting, bytes as Buffer]);
    while (!isGreeted && waiting.length >= 8 && waiting.length >= waiting.readInt32BE(0)) {
      const kind = waiting.readInt32BE(4);
      waiting = waiting.subarray(waiting.readInt32BE(0));
      if (kind === SSL_REQUEST || kind === GSS_REQUEST) socket.write('N');
      else if (kind !== STARTUP) socket.destroy();
      else {
        isGreeted = true;
        socket.write(GREETING);
      }
    }
    const end = isGreeted ? endOfQuestion(waiting) : 0;
    if (end === 0) return;
    const messages = waiting.subarray(0, end);
    waiting = waiting.subarray(end);
    turn = turn
      .then(() => run(messages))
      .then(
        (answer) => void socket.write(answer),
        () => void socket.destroy(),
      );
  });
}

/** Returns the offset after the last complete message that expects an answer. */
function endOfQuestion(bytes: Buffer): number {
  let end = 0;
  for (let at = 0; at + 5 <= bytes.length;) {
    const next = at + 1 + bytes.readInt32BE(at + 1);
    if (next > bytes.length) break;
    if ('QSHX'.includes(String.fromCharCode(bytes[at]!))) end = next;
    at = next;
  }
  return end;
}

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function parameter(name: string, value: string): Buffer {
  return message('S', Buffer.from(`${name}\0${value}\0`));
}

/** AuthenticationOk, some parameters, ReadyForQuery. */
const GREETING = Buffer.concat([
  message('R', Buffer.alloc(4)),
  parameter('server_version', '18.3'),
  parameter('client_encoding', 'UTF8'),
  parameter('DateStyle', 'ISO, MDY'),
  parameter('integer_datetimes', 'on'),
  parameter('standard_conforming_strings', 'on'),
  message('Z', Buffer.from('I')),
]);
