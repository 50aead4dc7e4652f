import { sharedProcesses } from '../jest/deaths.ts';
import type { SharedAddress } from './shared-products.ts';
import { Person } from '../person.ts';
import { ProductClient } from './product-client.ts';

/** Names the address of the shared products; set for every worker by the global set-up. */
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

  /** A session of its administrator's own for this suite. */
  signInAdmin(): Promise<Person> {
    return Person.signIn(this, this.#adminEmail);
  }

  /** Closes what this suite has opened; the product goes on for the next suite. */
  async leave(): Promise<void> {
    sharedProcesses.delete(this.pid);
    await this.closeSockets();
  }
}

/** The product of this Jest worker, started for the first suite that asks. Its SECRET_KEY is FORGED_SECRET. */
export async function sharedProduct(): Promise<SharedProduct> {
  const response = await fetch(`${process.env[SHARED_PRODUCTS]}/${process.env['JEST_WORKER_ID']}`);
  if (!response.ok) throw new Error(await response.text());
  return new SharedProduct((await response.json()) as SharedAddress);
}
