import { sharedProcesses } from '../jest/unexpected-exits.ts';
import type { SharedAddress } from './product-pool.ts';
import { Person } from '../person.ts';
import { ProductClient } from './product-client.ts';

/** Names the address of the shared products; the global set-up sets it for every worker. */
export const SHARED_PRODUCTS = 'PARLEY_TEST_PRODUCTS';

/** A product with default settings and no model, which other suites have used before: it has their people and data. */
export class SharedProduct extends ProductClient {
  readonly pid: number;
  readonly dataDir: string;
  readonly #adminEmail: string;

  constructor({ url, pid, dataDir, adminEmail }: SharedAddress) {
    super(url);
    this.pid = pid;
    this.dataDir = dataDir;
    this.#adminEmail = adminEmail;
    sharedProcesses.add(pid);
  }

  /** Opens a new session of the administrator for this suite. */
  signInAdmin(): Promise<Person> {
    return Person.signIn(this, this.#adminEmail);
  }

  /** Closes the connections of this suite; the product runs on for the next one. */
  async leave(): Promise<void> {
    sharedProcesses.delete(this.pid);
    await this.closeSockets();
  }
}

/** Returns the product of this Jest worker, started for the first suite that asks. Its SECRET_KEY is FORGED_SECRET. */
export async function sharedProduct(): Promise<SharedProduct> {
  const response = await fetch(`${process.env[SHARED_PRODUCTS]}/${process.env['JEST_WORKER_ID']}`);
  if (!response.ok) throw new Error(await response.text());
  return new SharedProduct((await response.json()) as SharedAddress);
}
