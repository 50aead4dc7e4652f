import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch, type RequestInit, type Response } from 'undici';
import { freePort } from '../free-port.ts';
import { findProgram } from '../program.ts';
import { ServerProcess } from '../server-process.ts';

const program = findProgram('caddy');
/** No name of the Internet, so that Caddy itself issues the certificate. */
const HOST = 'parley.local';
const CERTIFICATES = 'caddy/pki/authorities/local';

/** Null, or the reason why there can be no Caddy. */
export const missingCaddy = program.missing;

/** The proxy of docker-compose.yml with its deployed configuration; only addresses and ports are local. */
export class Caddy {
  readonly #folder = mkdtempSync(join(tmpdir(), 'parley-caddy-'));
  readonly #server: ServerProcess;
  readonly #agents = new Map<string, Agent>();

  readonly port: number;
  readonly httpPort: number;

  private constructor(port: number, httpPort: number) {
    this.port = port;
    this.httpPort = httpPort;
    const env = {
      PATH: process.env['PATH'],
      HOME: this.#folder,
      XDG_DATA_HOME: this.#folder,
      XDG_CONFIG_HOME: this.#folder,
      PUBLIC_HOST: HOST,
    };
    const command = [program.path!, 'run', '--config', this.#file, '--adapter', 'caddyfile'] as const;
    this.#server = new ServerProcess([...command], /certificate obtained successfully/, { env, cwd: this.#folder });
  }

  static async prepare(): Promise<Caddy> {
    return new Caddy(await freePort(), await freePort());
  }

  /** The value for PUBLIC_URL. */
  get url(): string {
    return `https://${HOST}:${this.port}`;
  }

  get host(): string {
    return HOST;
  }

  async start(gateways: readonly { port: number }[]): Promise<void> {
    const places = gateways.map(({ port }) => `127.0.0.1:${port}`).join(' ');
    const here = ['admin off', 'default_bind 127.0.0.1', `http_port ${this.httpPort}`, `https_port ${this.port}`];
    const text = readFileSync('infra/deploy/caddy/Caddyfile', 'utf8')
      .replace('admin off', here.join('\n\t'))
      .replace('gateway-1:4000 gateway-2:4000', places);
    writeFileSync(this.#file, text);
    await this.#server.start();
  }

  /** Makes Chromium resolve the host to this machine, and trust certificates of this authority. */
  browserArguments(): string[] {
    const { publicKey } = new X509Certificate(this.#certificate('intermediate'));
    const pin = createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64');
    return [`--host-resolver-rules=MAP ${HOST} 127.0.0.1`, `--ignore-certificate-errors-spki-list=${pin}`];
  }

  /** The same for a TLS connection of this process, which verifies the certificate. */
  connection() {
    const lookup: LookupFunction = (_host, { all }, found) =>
      all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4);
    return { ca: this.#certificate('root'), lookup };
  }

  /** `from` is the local address from which the request comes. */
  async fetch(path: string, init: RequestInit = {}, from = '127.0.0.1'): Promise<Response> {
    const agent = this.#agents.get(from) ?? new Agent({ connect: this.connection(), localAddress: from });
    this.#agents.set(from, agent);
    return fetch(this.url + path, { ...init, dispatcher: agent });
  }

  async stop(): Promise<void> {
    await this.#server.end('SIGTERM');
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #certificate(which: 'root' | 'intermediate'): string {
    return readFileSync(join(this.#folder, CERTIFICATES, `${which}.crt`), 'utf8');
  }

  get #file(): string {
    return join(this.#folder, 'Caddyfile');
  }
}
