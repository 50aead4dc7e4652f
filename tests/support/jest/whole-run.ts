import type { SharedProducts } from '../sharing/shared-products.ts';

/** The state of Jest's own process between the global set-up and tear-down. */
export const wholeRun: { products?: SharedProducts; folder?: string } = {};
