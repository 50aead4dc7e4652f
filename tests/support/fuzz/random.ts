/** Returns the same numbers for the same seed on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Returns a number from 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  happens(chance: number): boolean {
    return this.next() < chance;
  }

  /** Returns an integer from 1 to `most`. */
  upTo(most: number): number {
    return 1 + Math.floor(this.next() * most);
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)]!;
  }
}

/** Returns the fixed seeds of a fuzz test, and with FUZZ_SEEDS=n as many new ones, which failures name. */
export function seeds(...fixed: number[]): number[] {
  const more = Number(process.env['FUZZ_SEEDS'] ?? 0);
  return [...fixed, ...Array.from({ length: more }, () => Math.floor(Math.random() * 1_000_000))];
}
