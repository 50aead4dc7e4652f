const NEAR_PX = 8;
const BAR_PX = 52;
/** Above the question, and between the messages and the composer. */
const GAPS_PX = 40;

/**
 * Keeps the end of a growing page in sight until the reader moves up. Only a movement of the reader unpins: content
 * also grows between a write and its scroll event, so the distance to the end says nothing about the reader.
 */
export class Stick {
  pinned = $state(true);
  /** Something came below while the reader was above. */
  unseen = $state(false);
  #spacer: HTMLElement | undefined;
  #content: HTMLElement | undefined;
  #roomForAnswer = false;
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
    addEventListener('scroll', onscroll, { passive: true });
    addEventListener('wheel', onwheel, { passive: true });
    addEventListener('resize', this.#follow);
    this.#follow();
    return () => {
      observer.disconnect();
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
      removeEventListener('scroll', onscroll);
      removeEventListener('wheel', onwheel);
      removeEventListener('resize', this.#follow);
    };
  };

  readonly spacer = (spacer: HTMLElement): void => {
    this.#spacer = spacer;
  };

  /** The newest question goes to the top, with room for its answer below. */
  makeRoom(): void {
    this.#roomForAnswer = true;
    this.toEnd();
  }

  toEnd = (): void => {
    this.pinned = true;
    this.unseen = false;
    this.#follow();
  };

  /** What is put in above the reader moves nothing that the reader sees. */
  async keepPlace(change: () => Promise<void>): Promise<void> {
    const fromEnd = page().scrollHeight - page().scrollTop;
    await change();
    page().scrollTop = page().scrollHeight - fromEnd;
    this.#remember();
  }

  #grown(): void {
    if (!this.pinned && this.#ready && page().scrollHeight > this.#height) this.unseen = true;
    if (this.#ready) this.#settle();
    else this.#follow();
  }

  readonly #follow = (): void => {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#settle();
      this.#ready = true;
    });
  };

  /** Called by the observer in the frame that draws the growth, so the end never falls behind. */
  #settle(): void {
    this.#sizeSpacer();
    if (this.pinned) page().scrollTop = page().scrollHeight;
    this.#remember();
  }

  #scrolled(): void {
    // Before the first frame it is the router that scrolls, not the reader.
    if (!this.#ready) return;
    const { scrollTop, scrollHeight, clientHeight } = page();
    const shrunk = scrollHeight < this.#height;
    if (scrollTop < this.#top - 1 && !shrunk) this.pinned = false;
    else if (scrollTop > this.#top && scrollHeight - clientHeight - scrollTop < NEAR_PX) {
      this.pinned = true;
      this.unseen = false;
    }
    this.#remember();
  }

  #remember(): void {
    this.#top = page().scrollTop;
    this.#height = page().scrollHeight;
  }

  #sizeSpacer(): void {
    if (!this.#spacer || !this.#content || !this.#roomForAnswer) return;
    const question = [...this.#content.querySelectorAll<HTMLElement>('[data-question]')].at(-1);
    const foot = this.#spacer.parentElement?.nextElementSibling;
    if (!question) return;
    const used = this.#content.getBoundingClientRect().bottom - question.getBoundingClientRect().top;
    const room = page().clientHeight - BAR_PX - (foot?.clientHeight ?? 0);
    this.#spacer.style.height = `${Math.max(0, room - used - GAPS_PX)}px`;
  }
}

function page(): Element {
  return document.scrollingElement ?? document.documentElement;
}
