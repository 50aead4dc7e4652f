import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { unexpectedExits } from './jest/unexpected-exits.ts';
import { ProductClient } from './product-pool/product-client.ts';
import { freshDataDirectory } from './template.ts';

const START_MS = 150_000;
const LAST_LINES = 20;

export interface StartOptions {
  env?: Record<string, string>;
  /** An existing data directory, for a second start on the same data; it is not removed at the end. */
  dataDir?: string;
  /** A compiled module to load first, such as a known-bad variant. */
  preload?: string;
  /** One role instead of all. */
  role?: string;
  /** Collects the log lines from the first one on, also before the product listens. */
  logs?: Record<string, any>[];
}

/** The part of a product that clients use, for one process and for a deployment. */
export type ProductApi = Pick<ProductClient, 'url' | 'graph' | 'ask' | 'socket'>;

/** The processes of this worker's products, including those that are starting. */
export const children = new Set<ChildProcess>();

/** The real product as a child process, on a free port, with its own data. */
export class Product extends ProductClient {
  readonly #ended: Promise<void>;
  #isStopping = false;

  readonly child: ChildProcess;
  readonly dataDir: string;
  /** Every line that the product has logged so far. */
  readonly logs: Record<string, any>[];
  readonly #ownsData: boolean;

  private constructor(child: ChildProcess, url: string, dataDir: string, logs: Record<string, any>[], ownsData: boolean) {
    super(url);
    this.child = child;
    this.dataDir = dataDir;
    this.logs = logs;
    this.#ownsData = ownsData;
    this.#ended = new Promise((done) =>
      child.once('exit', (code, signal) => {
        if (!this.#isStopping && code !== 0) unexpectedExits.push(this.#exitReport(signal ?? `code ${code}`));
        done();
      }),
    );
  }

  static async start({ env = {}, dataDir, preload, role, logs = [] }: StartOptions = {}): Promise<Product> {
    const directory = dataDir ?? (await freshDataDirectory(install));
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', ...(preload ? ['--import', resolve(preload)] : []), resolve('dist/infra/start.js'), ...(role ? [role] : [])],
      {
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
          PORT: '0',
          DATA_DIR: directory,
          LOG_LEVEL: 'info',
          SIGN_INS_PER_MINUTE: '100000',
          ...env,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    children.add(child);
    child.once('close', () => children.delete(child));
    const url = await listening(child, logs);
    return new Product(child, url, directory, logs, dataDir === undefined);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Sends SIGTERM and waits until the product has ended. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    if (this.#ownsData) rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Kills the process, as a power cut does; the data stay. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    // Sends the signal before it closes the clients, whose closing would give the product time that a power cut does not.
    this.#isStopping = true;
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.closeSockets();
    await this.#ended;
  }

  #exitReport(cause: string): string {
    const last = this.logs.slice(-LAST_LINES).map((line) => JSON.stringify(line).slice(0, 2_000));
    return `a product ended by itself, with ${cause}; its last words were\n${last.join('\n')}`;
  }
}

export function startProduct(options: StartOptions = {}): Promise<Product> {
  return Product.start(options);
}

/** Resolves to the address once the product listens; rejects with its log when it ends before that. */
function listening(child: ChildProcess, logs: Record<string, any>[]): Promise<string> {
  return new Promise((resolveUrl, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${reason}\n${logs.map((line) => JSON.stringify(line)).join('\n')}`));
    };
    const timer = setTimeout(() => fail('the product did not start in time'), START_MS);
    child.once('exit', (code) => fail(`the product ended with code ${code}`));
    createInterface({ input: child.stderr! }).on('line', (text) => {
      const line = parseLine(text);
      logs.push(line);
      if (line['msg'] !== 'listening') return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolveUrl(line['url'] as string);
    });
  });
}

function parseLine(line: string): Record<string, any> {
  try {
    return JSON.parse(line) as Record<string, any>;
  } catch {
    return { msg: line };
  }
}

/** Starts and stops the product once, so that its database is created and migrated. */
async function install(dataDir: string): Promise<void> {
  const product = await Product.start({ dataDir });
  await product.stop();
}

/** Returns a prepared data directory that outlives its products; the caller removes it. */
export function keptDataDirectory(): Promise<string> {
  return freshDataDirectory(install);
}
