import type { Epoch } from './bus.ts';
import { withTimeout } from '../async/timeout.ts';

/** Timeout of the PING that proves delivery. */
const PING_TIMEOUT_MS = 500;
/** Background PING interval, so that passive subscribers notice a broken connection. */
const PING_INTERVAL_MS = 500;

const DISCONNECTED: Epoch = { isContinuous: async () => false };

/**
 * Tracks whether the subscriber's connection has delivered every message. An epoch begins when every channel is
 * subscribed to and ends with the connection. Within an epoch, a PING that is answered proves that nothing sent
 * before is still in transit, because the server answers one connection in order.
 */
export class SubscriptionMonitor {
  readonly #listeners = new Set<(isReliable: boolean) => void>();
  readonly #ping: () => Promise<unknown>;
  readonly #onFailure: () => void;
  readonly #timer = setInterval(() => void this.currentEpoch().isContinuous(), PING_INTERVAL_MS).unref();
  #epoch: Epoch | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<boolean> | undefined;
  #isOverdue = false;

  /** Calls `onFailure` when a PING has failed, i.e. when the connection must be replaced. */
  constructor(ping: () => Promise<unknown>, onFailure: () => void) {
    this.#ping = ping;
    this.#onFailure = onFailure;
  }

  currentEpoch(): Epoch {
    return this.#epoch ?? DISCONNECTED;
  }

  onReliabilityChange(listener: (isReliable: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  begin(): void {
    const epoch: Epoch = {
      isContinuous: async () => this.#epoch === epoch && (await this.#isProved()) && this.#epoch === epoch,
    };
    this.#epoch = epoch;
    for (const listener of this.#listeners) listener(true);
  }

  end(): void {
    if (!this.#epoch) return;
    this.#epoch = undefined;
    for (const listener of this.#listeners) listener(false);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listeners.clear();
    this.#epoch = undefined;
  }

  /** Waits `PING_TIMEOUT_MS` at most. Returns false at once while an earlier PING is overdue: it may still be answered, or fail. */
  async #isProved(): Promise<boolean> {
    if (this.#isOverdue) return false;
    const proof = this.#prove();
    const outcome = await withTimeout(proof, PING_TIMEOUT_MS, 'overdue' as const);
    if (outcome !== 'overdue') return outcome;
    this.#isOverdue = true;
    void proof.then(() => (this.#isOverdue = false));
    return false;
  }

  /** Sends one PING at a time. Callers that arrive meanwhile share the next one, since the current one may have been sent too early. */
  #prove(): Promise<boolean> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      const epoch = this.#epoch;
      const proof = this.#ping().then(
        () => true,
        () => {
          // Ignored if the connection was replaced meanwhile.
          if (epoch !== undefined && epoch === this.#epoch) {
            this.end();
            this.#onFailure();
          }
          return false;
        },
      );
      this.#running = proof;
      return proof;
    });
    return this.#next;
  }
}
