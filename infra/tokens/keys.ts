import { hkdfSync } from 'node:crypto';

/** One key for each purpose, derived from the root secret (HKDF-SHA-256, RFC 5869), so that none opens another's door. */
export interface Keys {
  /** 32 bytes; the same label always gives the same key. */
  derive(label: string): Uint8Array;
}

export function openKeys(rootSecret: string): Keys {
  return { derive: (label) => new Uint8Array(hkdfSync('sha256', rootSecret, 'parley', label, 32)) };
}
