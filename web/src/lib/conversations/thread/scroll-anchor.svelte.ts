const NEAR_PX = 8;
const BAR_PX = 52;
/** Above the question, and between the messages and the composer. */
const GAPS_PX = 40;
/** Gestures of the reader that release the held position. */
const GESTURES = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

/** Scroll position relative to a message, since heights may have changed on return. */
export interface ReadingPosition {
  messageId: string;
  top: number;
}

/**
 * Keeps the end of a growing page in sight until the reader moves up. Only a movement of the reader unpins: content
 * also grows between a write and its scroll event, so the distance to the end says nothing about the reader.
 */
export class ScrollAnchor {
  pinned = $state(true);
  /** True if the end is out of view. */
  away = $state(false);
  /** True if text was added at the end while it was out of view. */
  unseen = $state(false);
  /** Returns the distance of the held element from its target, while the layout settles. */
  #held: (() => number | undefined) | undefined;
  #returning: ReadingPosition | undefined;
  #spacer: HTMLElement | undefined;
  #content: HTMLElement | undefined;
  #reservesAnswerSpace = false;
  #top = 0;
  #height = 0;
  #frame = 0;
  #ready = false;

  readonly content = (content: HTMLElement): (() => void) => {
    this.#content = content;
    this.#ready = false;
    const observer = new ResizeObserver(() => this.#grown());
    observer.observe(content);
    const onscroll = () => this.#scrolled();
    const onwheel = ({ deltaY }: WheelEvent) => deltaY < 0 && this.#ready && page().scrollTop > 0 && (this.pinned = false);
    const release = () => (this.#held = undefined);
    addEventListener('scroll', onscroll, { passive: true });
    addEventListener('wheel', onwheel, { passive: true });
    addEventListener('resize', this.#follow);
    for (const gesture of GESTURES) addEventListener(gesture, release, { passive: true });
    this.#follow();
    return () => {
      observer.disconnect();
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
      removeEventListener('scroll', onscroll);
      removeEventListener('wheel', onwheel);
      removeEventListener('resize', this.#follow);
      for (const gesture of GESTURES) removeEventListener(gesture, release);
    };
  };

  readonly spacer = (spacer: HTMLElement): void => {
    this.#spacer = spacer;
  };

  /** Scrolls the newest question to the top and reserves space for its answer. */
  reserveAnswerSpace(): void {
    this.#reservesAnswerSpace = true;
    this.toEnd();
  }

  toEnd = (): void => {
    this.pinned = true;
    this.away = false;
    this.unseen = false;
    this.#held = undefined;
    this.#follow();
  };

  /**
   * Scrolls to an element and keeps it in position while the layout settles, until the reader moves. `distance` is
   * the distance of the element from its target, in pixels; undefined until it is rendered.
   */
  hold(distance: () => number | undefined): void {
    this.pinned = false;
    this.#held = distance;
    this.#returning = undefined;
    this.settle();
  }

  /** Current position; null at the end, where a conversation opens by default. */
  get position(): ReadingPosition | null {
    if (this.pinned) return null;
    // While a position is being restored, the page may be elsewhere; the reader has not moved.
    if (this.#held && this.#returning) return this.#returning;
    const first = [...(this.#content?.children ?? [])].find((message) => message.id && message.getBoundingClientRect().bottom > BAR_PX);
    return first ? { messageId: first.id.slice(2), top: Math.round(first.getBoundingClientRect().top) } : null;
  }

  returnTo(position: ReadingPosition): void {
    const { messageId, top } = position;
    this.hold(() => {
      const message = document.getElementById(`m-${messageId}`);
      return message ? Math.round(message.getBoundingClientRect().top - top) : undefined;
    });
    this.#returning = position;
  }

  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  /** Records new text at the end. Growth of the page does not indicate it, since formulas and late blocks grow the page too. */
  arrived(): void {
    if (!this.pinned) this.unseen = true;
  }

  /** Keeps the visible content in position while content is inserted above it. */
  async keepPlace(change: () => Promise<void>): Promise<void> {
    const fromEnd = page().scrollHeight - page().scrollTop;
    await change();
    page().scrollTop = page().scrollHeight - fromEnd;
    this.#remember();
  }

  #grown(): void {
    if (this.#ready) this.settle();
    else this.#follow();
  }

  readonly #follow = (): void => {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.settle();
      this.#ready = true;
    });
  };

  /** Called by the observer in the frame that draws the growth, so the end never falls behind. */
  settle(): void {
    this.#sizeSpacer();
    const off = this.#held?.();
    if (off) page().scrollTop += off;
    if (this.pinned) page().scrollTop = page().scrollHeight;
    this.#remember();
  }

  #scrolled(): void {
    // Before the first frame the router scrolls, not the reader.
    if (!this.#ready) return;
    const { scrollTop, scrollHeight } = page();
    const shrunk = scrollHeight < this.#height;
    if (scrollTop < this.#top - 1 && !shrunk) this.pinned = false;
    else if (scrollTop > this.#top && distanceToEnd() < NEAR_PX) {
      this.pinned = true;
      this.unseen = false;
    }
    this.#remember();
  }

  #remember(): void {
    this.#top = page().scrollTop;
    this.#height = page().scrollHeight;
    this.away = !this.pinned && distanceToEnd() >= NEAR_PX;
    if (!this.away) this.unseen = false;
  }

  #sizeSpacer(): void {
    if (!this.#spacer || !this.#content || !this.#reservesAnswerSpace) return;
    const question = [...this.#content.querySelectorAll<HTMLElement>('[data-question]')].at(-1);
    const foot = this.#spacer.parentElement?.nextElementSibling;
    if (!question) return;
    const used = this.#content.getBoundingClientRect().bottom - question.getBoundingClientRect().top;
    const available = page().clientHeight - BAR_PX - (foot?.clientHeight ?? 0);
    this.#spacer.style.height = `${Math.max(0, available - used - GAPS_PX)}px`;
  }
}

function page(): Element {
  return document.scrollingElement ?? document.documentElement;
}

/** Returns the distance of the end of the page below the window, in pixels. */
function distanceToEnd(): number {
  const { scrollTop, scrollHeight, clientHeight } = page();
  return scrollHeight - clientHeight - scrollTop;
}
