import { Failure } from '../../schema/errors.ts';

/** Maximum duration of an answer. */
const ANSWER_MS = 600_000;

/**
 * Idle timeout of a provider's stream. The SDK's timeout covers the headers only, so a stream that stalls after its first
 * token would hang.
 */
export class IdleTimer {
  readonly #controller = new AbortController();
  readonly #total: NodeJS.Timeout;
  #idle: NodeJS.Timeout;
  #paused = false;

  readonly #idleMs: number;
  readonly #caller: AbortSignal;

  constructor(idleMs: number, caller: AbortSignal) {
    this.#idleMs = idleMs;
    this.#caller = caller;
    this.#idle = this.#arm(idleMs);
    this.#total = setTimeout(() => this.#giveUp('The answer took longer than ten minutes.'), ANSWER_MS);
    if (caller.aborted) this.#abort();
    else caller.addEventListener('abort', this.#abort, { once: true });
  }

  /** Aborts with the caller's signal or on timeout. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The timeout failure, if it occurred. */
  get failure(): Failure | undefined {
    return this.signal.reason instanceof Failure ? this.signal.reason : undefined;
  }

  /** Call when data has arrived. */
  touch(): void {
    if (!this.#paused) this.#idle.refresh();
  }

  /** Pauses the timeout while the reader is busy. */
  pause(): void {
    this.#paused = true;
    clearTimeout(this.#idle);
  }

  resume(idleMs = this.#idleMs): void {
    this.#paused = false;
    clearTimeout(this.#idle);
    this.#idle = this.#arm(idleMs);
  }

  stop(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#total);
    this.#caller.removeEventListener('abort', this.#abort);
  }

  #arm(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#giveUp(`The model sent nothing for ${ms / 1000} s.`), ms);
  }

  #giveUp(reason: string): void {
    this.#controller.abort(new Failure('PROVIDER_TIMEOUT', { reason: `${reason} Regenerate the answer.` }));
  }

  readonly #abort = (): void => this.#controller.abort(this.#caller.reason);
}

/** Returns the error of an aborted iteration. */
export function abortError(signal: AbortSignal): Error {
  const { reason } = signal;
  return reason instanceof Error && reason.name === 'AbortError'
    ? reason
    : new DOMException('The answer is no longer wanted.', 'AbortError');
}
