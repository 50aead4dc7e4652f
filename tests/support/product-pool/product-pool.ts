import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FORGED_SECRET } from '../forged-token.ts';
import { Person } from '../person.ts';
import { children, startProduct, type Product } from '../product.ts';
import { unexpectedExits } from '../jest/unexpected-exits.ts';

/** The address and accounts of a shared product, as a suite receives them. */
export interface SharedAddress {
  url: string;
  pid: number;
  dataDir: string;
  /** The account of the administrator, the first of the installation. */
  adminEmail: string;
}

interface Shared {
  product: Product;
  address: SharedAddress;
}

/** Runs, in Jest's own process, one product for each worker: started when a suite first asks for it, stopped with the run. */
export class ProductPool {
  readonly #products = new Map<string, Promise<Shared>>();
  readonly #running = new Set<Product>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#of(request.url!).then(
        ({ address }) => response.end(JSON.stringify(address)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  }

  /** Resolves to the address at which workers ask, each at a path of its own. */
  async listen(): Promise<string> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.allSettled(this.#products.values());
    await Promise.all([...this.#running].map((product) => product.stop()));
  }

  /** Kills the products without waiting, for the end of Jest's process by a signal. */
  kill(): void {
    for (const child of children) child.kill('SIGKILL');
    for (const { dataDir } of this.#running) rmSync(dataDir, { recursive: true, force: true });
  }

  #of(worker: string): Promise<Shared> {
    const shared = this.#products.get(worker) ?? this.#start(worker);
    this.#products.set(worker, shared);
    return shared;
  }

  async #start(worker: string): Promise<Shared> {
    try {
      const product = await startProduct({ env: { SECRET_KEY: FORGED_SECRET } });
      this.#running.add(product);
      product.child.once('exit', () => {
        this.#running.delete(product);
        this.#products.delete(worker);
        for (const death of unexpectedExits.splice(0)) process.stderr.write(`${death}\n`);
      });
      const { email: adminEmail } = await Person.signUp(product, 'Root');
      return { product, address: { url: product.url, pid: product.pid, dataDir: product.dataDir, adminEmail } };
    } catch (error) {
      this.#products.delete(worker);
      throw error;
    }
  }
}
