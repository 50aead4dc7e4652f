import type { ProductPool } from '../product-pool/product-pool.ts';

/** The state of Jest's own process between the global set-up and tear-down. */
export const runState: { products?: ProductPool; folder?: string } = {};
