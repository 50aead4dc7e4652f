import { fetchQuery } from '#lib/graph/client.ts';
import { GraphFailure } from '#lib/graph/failure.ts';
import { DocumentPagesQuery } from './operations.ts';
import type { Page } from './paragraphs.ts';

const AT_ONCE = 6;

/** Loads the pages of one document as the reader scrolls. */
export class DocumentText {
  pages = $state.raw<Page[]>([]);
  loading = $state(false);
  failure = $state.raw<GraphFailure>();
  atEnd = $state(false);
  readonly #documentId: string;
  #abandoned = false;

  constructor(documentId: string) {
    this.#documentId = documentId;
  }

  get atStart(): boolean {
    return (this.pages[0]?.number ?? 1) <= 1;
  }

  /** Loads again from one page before the given one, so that the context before a passage is included. */
  openAt = async (page: number | null): Promise<void> => {
    const known = this.pages.some((one) => page === null || one.number === page);
    if (known) return;
    const from = Math.max(1, (page ?? 1) - 1);
    await this.#read(from, AT_ONCE, (pages) => {
      this.pages = pages;
      this.atEnd = pages.length < AT_ONCE;
    });
  };

  earlier = async (): Promise<void> => {
    const to = (this.pages[0]?.number ?? 1) - 1;
    if (to < 1) return;
    const from = Math.max(1, to - AT_ONCE + 1);
    await this.#read(from, to - from + 1, (pages) => (this.pages = [...pages, ...this.pages]));
  };

  later = async (): Promise<void> => {
    const last = this.pages.at(-1)?.number;
    if (this.atEnd || !last) return;
    await this.#read(last + 1, AT_ONCE, (pages) => {
      this.pages = [...this.pages, ...pages];
      this.atEnd = pages.length < AT_ONCE;
    });
  };

  abandon(): void {
    this.#abandoned = true;
  }

  async #read(from: number, first: number, use: (pages: Page[]) => void): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    this.failure = undefined;
    try {
      const { document } = await fetchQuery(DocumentPagesQuery, { id: this.#documentId, first, from });
      if (!this.#abandoned) use(document.pages);
    } catch (error) {
      if (!(error instanceof GraphFailure)) throw error;
      this.failure = error;
    } finally {
      this.loading = false;
    }
  }
}
