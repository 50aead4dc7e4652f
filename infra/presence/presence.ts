/** Counts the connected people over all processes. Entries of a crashed process expire after 30 s. */
export interface Presence {
  /** One more connection of a person to this process; the result ends it, once. */
  enter(userId: string): () => void;
  /** How many people there are, each counted once. Rejects when that cannot be known. */
  count(): Promise<number>;
  close(): Promise<void>;
}
