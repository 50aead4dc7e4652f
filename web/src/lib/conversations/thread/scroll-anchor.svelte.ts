const NEAR_PX = 8;
const BAR_PX = 52;
/** Above the question, and between the messages and the composer. */
const GAPS_PX = 40;
/** By these a reader moves, and from then on nothing else moves the page. */
const GESTURES = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

/** Where a reader was: a message, and how far its top is below the top of the window. Heights may be others on return. */
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
  /** The end is out of sight. */
  away = $state(false);
  /** Something came below while the reader was above. */
  unseen = $state(false);
  /** How far what the reader was brought to is from its place, while the layout around it still settles. */
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

  /** The newest question goes to the top, with room for its answer below. */
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
   * Brings the reader to a place and keeps it there while the layout settles, until the reader moves. `distance` is
   * how far the place is from where it belongs, in pixels; undefined while it is not drawn yet.
   */
  hold(distance: () => number | undefined): void {
    this.pinned = false;
    this.#held = distance;
    this.#returning = undefined;
    this.settle();
  }

  /** Where the reader is now; null at the end, which is where a conversation opens by itself. */
  get position(): ReadingPosition | null {
    if (this.pinned) return null;
    // On the way back to a place the page may be in between; the reader has not moved from there.
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

  /** Text came at the end. Growth of the page says nothing of this: pictures of formulas and late blocks grow it too. */
  arrived(): void {
    if (!this.pinned) this.unseen = true;
  }

  /** What is put in above the reader moves nothing that the reader sees. */
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
    // Before the first frame it is the router that scrolls, not the reader.
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

/** How far the end of the page is below the window. */
function distanceToEnd(): number {
  const { scrollTop, scrollHeight, clientHeight } = page();
  return scrollHeight - clientHeight - scrollTop;
}
