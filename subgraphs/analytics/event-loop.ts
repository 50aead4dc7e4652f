import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
const WINDOW_MS = 60_000;

/** Measures the event loop delay of this process. */
export class EventLoop {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  /** Starts measuring. Returns a stop function. */
  watch(): () => void {
    this.#histogram.enable();
    const renewal = setInterval(() => this.#histogram.reset(), WINDOW_MS).unref();
    return () => {
      clearInterval(renewal);
      this.#histogram.disable();
    };
  }

  /** Returns the 99th percentile of the last minute, in milliseconds. The histogram includes the sampling interval, which is subtracted. */
  delayMs(): number {
    if (this.#histogram.count === 0) return 0;
    return Math.max(0, Math.round((this.#histogram.percentile(99) / 1e6 - RESOLUTION_MS) * 10) / 10);
  }
}
