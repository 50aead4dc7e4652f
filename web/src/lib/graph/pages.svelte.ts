import { untrack } from 'svelte';
import { GraphFailure } from './failure.ts';

export interface Connection<Item> {
  edges: { node: Item }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  totalCount: number;
}

const LONGEST = 100;

/**
 * A paginated list that grows at its end. Loaded items stay visible during a reload, and a response to an outdated query is
 * dropped.
 */
export class Pages<Item extends { id: string }> {
  items = $state.raw<Item[]>([]);
  total = $state(0);
  hasMore = $state(false);
  /** False until the first response. */
  loaded = $state(false);
  loading = $state(false);
  failure = $state.raw<GraphFailure>();
  #cursor: string | null = null;
  #round = 0;
  readonly #read: (first: number, after: string | null) => Promise<Connection<Item>>;
  readonly #size: number;

  constructor(read: (first: number, after: string | null) => Promise<Connection<Item>>, size = 25) {
    this.#read = read;
    this.#size = size;
  }

  /** Loads the list again from the first page. */
  load = (): Promise<void> => this.#fetch(this.#size, null);

  /** Reloads the visible items, up to the maximum of one query. */
  reload = (): Promise<void> =>
    this.#fetch(
      Math.min(
        LONGEST,
        Math.max(
          this.#size,
          untrack(() => this.items.length),
        ),
      ),
      null,
    );

  more = async (): Promise<void> => {
    if (this.hasMore && !this.loading) await this.#fetch(this.#size, this.#cursor);
  };

  change(id: string, change: (item: Item) => Item): void {
    this.items = this.items.map((item) => (item.id === id ? change(item) : item));
  }

  put(item: Item): void {
    const known = this.items.some(({ id }) => id === item.id);
    if (known) return this.change(item.id, () => item);
    this.items = [item, ...this.items];
    this.total += 1;
  }

  remove(id: string): void {
    const left = this.items.filter((item) => item.id !== id);
    this.total -= this.items.length - left.length;
    this.items = left;
  }

  async #fetch(first: number, after: string | null): Promise<void> {
    const round = ++this.#round;
    this.loading = true;
    this.failure = undefined;
    try {
      const { edges, pageInfo, totalCount } = await this.#read(first, after);
      if (round !== this.#round) return;
      const nodes = edges.map(({ node }) => node);
      this.items = after ? [...this.items, ...nodes.filter(({ id }) => !this.items.some((item) => item.id === id))] : nodes;
      this.total = totalCount;
      this.hasMore = pageInfo.hasNextPage;
      this.#cursor = pageInfo.endCursor;
      this.loaded = true;
    } catch (error) {
      if (!(error instanceof GraphFailure)) throw error;
      if (round === this.#round) this.failure = error;
    } finally {
      if (round === this.#round) this.loading = false;
    }
  }
}
