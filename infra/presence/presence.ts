/** Who is connected now, over all processes. Of a process that died its people fade within half a minute. */
export interface Presence {
  /** One more connection of a person to this process; the result ends it, once. */
  enter(userId: string): () => void;
  /** How many people there are, each counted once. Rejects when that cannot be known. */
  count(): Promise<number>;
  close(): Promise<void>;
}
