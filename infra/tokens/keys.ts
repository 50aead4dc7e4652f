import { hkdfSync } from 'node:crypto';

/** Derives an independent key per purpose from the root secret (HKDF-SHA-256, RFC 5869). */
export interface Keys {
  /** Returns 32 bytes, deterministic for the label. */
  derive(label: string): Uint8Array;
}

export function openKeys(rootSecret: string): Keys {
  return { derive: (label) => new Uint8Array(hkdfSync('sha256', rootSecret, 'parley', label, 32)) };
}
