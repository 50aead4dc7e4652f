import { createContext } from 'svelte';

/** State shared by the sidebar and the pages: the drawer of narrow screens and the search field of Ctrl+K. */
export class Frame {
  drawerOpen = $state(false);
  /** Set by the visible search field. */
  #searchField: HTMLInputElement | undefined;
  #wanted = false;

  search(): void {
    this.#wanted = true;
    if (!this.#searchField) this.drawerOpen = true;
    this.#focus();
  }

  holdSearchField(field: HTMLInputElement): () => void {
    this.#searchField = field;
    if (this.#wanted) requestAnimationFrame(() => this.#focus());
    return () => {
      if (this.#searchField === field) this.#searchField = undefined;
    };
  }

  #focus(): void {
    if (!this.#searchField) return;
    this.#wanted = false;
    this.#searchField.focus();
    this.#searchField.select();
  }
}

export const [getFrame, setFrame] = createContext<Frame>();
