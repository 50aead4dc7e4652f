import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { deaths } from './jest/deaths.ts';
import { ProductClient } from './sharing/product-client.ts';
import { freshDataDirectory } from './template.ts';

const START_MS = 150_000;
const LAST_LINES = 20;

export interface StartOptions {
  env?: Record<string, string>;
  /** An existing data directory, for a second start on the same data; it is then not removed at the end. */
  dataDir?: string;
  /** A compiled module that is loaded first; a known-bad variant, for instance. */
  preload?: string;
  /** One role instead of everything. */
  role?: string;
  /** Where the lines go that the product logs, from the first one on; `logs` of the product when it listens. */
  logs?: Record<string, any>[];
}

/** What a client needs of the product, wherever it runs. */
export type ProductApi = Pick<ProductClient, 'url' | 'graph' | 'ask' | 'socket'>;

/** The processes of this one's products, those that are still starting included. */
export const children = new Set<ChildProcess>();

/** The real product in a process of its own, on a free port, with its own data. */
export class Product extends ProductClient {
  readonly #ended: Promise<void>;
  #isToldToEnd = false;

  private constructor(
    readonly child: ChildProcess,
    url: string,
    readonly dataDir: string,
    /** Every line that the product has logged so far. */
    readonly logs: Record<string, any>[],
    private readonly ownsData: boolean,
  ) {
    super(url);
    this.#ended = new Promise((done) =>
      child.once('exit', (code, signal) => {
        if (!this.#isToldToEnd && code !== 0) deaths.push(this.#obituary(signal ?? `code ${code}`));
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

  /** As an administrator's `kill`: the product ends by itself. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    if (this.ownsData) rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** As a power cut of the process; the data stay where they are. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    // The signal first: a client that takes its leave would give the product time that a power cut does not.
    this.#isToldToEnd = true;
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.closeSockets();
    await this.#ended;
  }

  #obituary(cause: string): string {
    const last = this.logs.slice(-LAST_LINES).map((line) => JSON.stringify(line).slice(0, 2_000));
    return `a product ended by itself, with ${cause}; its last words were\n${last.join('\n')}`;
  }
}

export function startProduct(options: StartOptions = {}): Promise<Product> {
  return Product.start(options);
}

/** Resolves to the address once the product says that it listens; rejects with its log when it does not come to that. */
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

/** Starts and stops the product once, so that its database is made and brought up to date. */
async function install(dataDir: string): Promise<void> {
  const product = await Product.start({ dataDir });
  await product.stop();
}

/** A prepared data directory that outlives the products started on it; whoever asks for it removes it. */
export function keptDataDirectory(): Promise<string> {
  return freshDataDirectory(install);
}
