import { createContext } from 'svelte';

/** What the sidebar and the pages share: the drawer of narrow screens, and the field that Ctrl+K goes to. */
export class Frame {
  drawerOpen = $state(false);
  /** Set by whichever search field is on the screen. */
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
