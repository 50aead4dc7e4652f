/** Interval in milliseconds at which a hidden window, which has no animation frames, draws. */
const HIDDEN_MS = 250;
/** A drawing that takes longer than this, in milliseconds, has cost the page a frame. */
const SLOW_MS = 25;
const REST_FACTOR = 2;
const LONGEST_REST_MS = 200;

/** The functions of the window that DrawPace uses; `now` in milliseconds. */
export interface Frames {
  isHidden(): boolean;
  now(): number;
  atNextFrame(callback: () => void): void;
  after(ms: number, callback: () => void): void;
}

const WINDOW: Frames = {
  isHidden: () => document.hidden,
  now: () => performance.now(),
  atNextFrame: (callback) => void requestAnimationFrame(callback),
  after: (ms, callback) => void setTimeout(callback, ms),
};

/**
 * Schedules the drawings of a growing answer: at the next frame on a fast device. After a drawing that cost a frame,
 * the next one waits twice as long as that took, so that a slow device has frames left for scrolling and typing.
 */
export class DrawPace {
  #draw: () => void;
  #frames: Frames;
  #scheduled = false;
  #restUntil = 0;

  constructor(draw: () => void, frames: Frames = WINDOW) {
    this.#draw = draw;
    this.#frames = frames;
  }

  /** Asks for a drawing; requests before it is made are one. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // The end of an answer must be noticed in a hidden window too.
    if (this.#frames.isHidden()) this.#frames.after(HIDDEN_MS, () => this.#drawNow());
    else this.#drawWhenRested();
  }

  #drawWhenRested(): void {
    const restMs = this.#restUntil - this.#frames.now();
    if (this.#frames.isHidden()) this.#drawNow();
    else if (restMs > 0) this.#frames.after(restMs, () => this.#drawWhenRested());
    else this.#frames.atNextFrame(() => this.#drawInFrame());
  }

  #drawInFrame(): void {
    // Text that arrived during a slow frame asked for this one before the time of that frame was known.
    if (this.#restUntil > this.#frames.now()) return this.#drawWhenRested();
    const began = this.#frames.now();
    // Measures to the next frame, which comes after style, layout and paint of this one.
    this.#frames.atNextFrame(() => this.#rest(this.#frames.now() - began));
    this.#drawNow();
  }

  #drawNow(): void {
    this.#scheduled = false;
    this.#draw();
  }

  #rest(tookMs: number): void {
    if (tookMs > SLOW_MS) this.#restUntil = this.#frames.now() + Math.min(tookMs * REST_FACTOR, LONGEST_REST_MS);
  }
}
