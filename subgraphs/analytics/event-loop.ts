import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
const WINDOW_MS = 60_000;

/** How late this process is for its timers. */
export class EventLoop {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  /** The result stops the watching. */
  watch(): () => void {
    this.#histogram.enable();
    const renewal = setInterval(() => this.#histogram.reset(), WINDOW_MS).unref();
    return () => {
      clearInterval(renewal);
      this.#histogram.disable();
    };
  }

  /** The 99th percentile within the last minute, in milliseconds. The histogram holds whole intervals, so the interval is taken off. */
  delayMs(): number {
    if (this.#histogram.count === 0) return 0;
    return Math.max(0, Math.round((this.#histogram.percentile(99) / 1e6 - RESOLUTION_MS) * 10) / 10);
  }
}
