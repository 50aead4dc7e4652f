import { createContext } from 'svelte';
import { Thread } from './thread.svelte.ts';

/** Caches recently opened threads, so that returning to one shows it at once. */
export class Threads {
  #kept = new Map<string, Thread>();

  of(id: string): Thread {
    const thread = this.#kept.get(id) ?? new Thread(id);
    this.keep(thread);
    return thread;
  }

  keep(thread: Thread): void {
    if (!thread.id) return;
    this.#kept.delete(thread.id);
    this.#kept.set(thread.id, thread);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > 12 && oldest) this.#kept.delete(oldest);
  }
}

export const [getThreads, setThreads] = createContext<Threads>();
