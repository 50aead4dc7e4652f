import { bestOf, matchesIn, type Match } from './found-words.ts';

const NAME = 'found';
/** Offset of the match from the top of the window: below the top bar, with some context above. */
const PLACE = 0.35;
const EDGE_PX = 24;
const BLOCKS = 'p, li, td, th, h1, h2, h3, h4, h5, h6, pre, blockquote, div';
/** Labels of buttons, and formulas, whose text occurs twice in the page, are not part of the message. */
const OTHER = 'button, h2.sr-only, figcaption, .katex, [role="status"]';

interface Piece {
  node: Text;
  /** Offset of its text in the text of all pieces. */
  at: number;
}

/**
 * Marks the words of a query in a rendered message by the CSS Custom Highlight API, which changes no element. A browser
 * without it selects the best match instead.
 */
export class SearchHighlights {
  readonly #message: HTMLElement;
  readonly #query: string;
  readonly #observer: MutationObserver;
  #best: Range | undefined;

  /** `changed` is called when the highlights were set again, because more of the message was rendered. */
  constructor(message: HTMLElement, query: string, changed: () => void) {
    this.#message = message;
    this.#query = query;
    this.#observer = new MutationObserver(() => {
      this.#mark();
      changed();
    });
    this.#observer.observe(message, { childList: true, characterData: true, subtree: true });
    this.#mark();
  }

  /** Returns the distance of the best match (without one, of the start of the message) from its target offset. */
  distance(): number | undefined {
    if (!this.#message.isConnected) return undefined;
    if (this.#best) return Math.round(this.#best.getBoundingClientRect().top - innerHeight * PLACE);
    return Math.round(this.#message.getBoundingClientRect().top - Number.parseFloat(getComputedStyle(this.#message).scrollMarginTop));
  }

  get isInSight(): boolean {
    const { top, bottom } = (this.#best ?? this.#message).getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  }

  clear(): void {
    this.#observer.disconnect();
    if ('highlights' in CSS) CSS.highlights.delete(NAME);
    else if (this.#best) getSelection()?.removeAllRanges();
  }

  #mark(): void {
    const { pieces, text } = read(this.#message.querySelector<HTMLElement>('.markdown') ?? this.#message);
    const matches = matchesIn(text, this.#query);
    const ranges = matches.map((match) => rangeOf(pieces, match));
    this.#best = ranges[bestOf(matches, text, this.#query)];
    if (this.#best) bringSideways(this.#best, this.#message);
    if ('highlights' in CSS) CSS.highlights.set(NAME, new Highlight(...ranges));
    else if (this.#best) select(this.#best);
  }
}

/** Returns the visible text of an element: blocks are separated, and words with inline markup are joined. */
function read(root: HTMLElement): { pieces: Piece[]; text: string } {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node instanceof Element ? (node.matches(OTHER) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP) : NodeFilter.FILTER_ACCEPT,
  );
  const pieces: Piece[] = [];
  let text = '';
  let block: Element | null = null;
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    const own: Element | null = node.parentElement?.closest(BLOCKS) ?? null;
    if (own !== block && text) text += '\n';
    block = own;
    pieces.push({ node, at: text.length });
    text += node.data;
  }
  return { pieces, text };
}

function rangeOf(pieces: readonly Piece[], { start, end }: Match): Range {
  const range = document.createRange();
  const first = pieces.findLast(({ at }) => at <= start)!;
  const last = pieces.findLast(({ at }) => at < end)!;
  range.setStart(first.node, start - first.at);
  range.setEnd(last.node, end - last.at);
  return range;
}

function select(range: Range): void {
  const selection = getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
}

/** Scrolls containers within the message, such as a wide table or a code block, until the match is visible. */
function bringSideways(range: Range, message: HTMLElement): void {
  let box = range.startContainer.parentElement;
  for (; box && box !== message; box = box.parentElement) {
    if (box.scrollWidth <= box.clientWidth) continue;
    const [at, frame] = [range.getBoundingClientRect(), box.getBoundingClientRect()];
    if (at.right > frame.right) box.scrollLeft += at.right - frame.right + EDGE_PX;
    else if (at.left < frame.left) box.scrollLeft += at.left - frame.left - EDGE_PX;
  }
}
