import { GraphFailure } from '#lib/graph/failure.ts';
import { follow } from '#lib/graph/follow.ts';
import { DrawPace } from './draw-pace.ts';
import { RunEventsSubscription, type RunEvent } from './operations.ts';
import type { Message } from '../thread/operations.ts';
import { advance, BEGINNING, type Progress } from './run-progress.ts';

export interface RunEnd {
  /** The stored answer; absent if the run failed or its end could not be followed. */
  message: Message | undefined;
  failure: { code: string; reason: string } | undefined;
}

/**
 * Follows a running answer by its log. Events are batched and rendered once per frame. The cursor is in the variables of the
 * subscription, so a reconnected subscription continues after the last event.
 */
export class Run {
  progress = $state.raw<Progress>(BEGINNING);
  readonly id: string;
  readonly messageId: string;
  /** The user has stopped the run: later text is not shown. */
  halted = $state(false);
  #ended: (end: RunEnd) => void;
  #waiting: RunEvent[] = [];
  #pace = new DrawPace(() => this.#flush());
  #unfollow: (() => void) | undefined;
  #variables: { runId: string; after: string | null };

  constructor(id: string, messageId: string, ended: (end: RunEnd) => void) {
    this.id = id;
    this.messageId = messageId;
    this.#ended = ended;
    this.#variables = { runId: id, after: null };
  }

  follow(): void {
    this.#unfollow ??= follow(RunEventsSubscription, this.#variables, {
      next: ({ runEvents }) => this.#onEvent(runEvents),
      failed: (failure) => this.#onFailure(failure),
      ended: () => this.#close(),
    });
  }

  /** Stops following; the run continues on the server. */
  leave(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
  }

  #onEvent(event: RunEvent): void {
    this.#variables.after = event.cursor;
    this.#waiting.push(event);
    this.#pace.schedule();
  }

  #flush(): void {
    const events = this.halted
      ? this.#waiting.filter((event) => event.__typename !== 'TextDelta' && event.__typename !== 'ReasoningDelta')
      : this.#waiting;
    this.#waiting = [];
    if (events.length === 0) return;
    this.progress = advance(this.progress, events);
    const last = events.at(-1);
    if (this.progress.ended && last) this.#end(last);
  }

  #end(event: RunEvent): void {
    this.leave();
    if (event.__typename === 'RunFinished' || event.__typename === 'RunStopped')
      this.#ended({ message: event.message, failure: undefined });
    else if (event.__typename === 'RunFailed') this.#ended({ message: undefined, failure: { code: event.code, reason: event.reason } });
  }

  /** Handles the end of the stream. Without a final event, the stored run says how it ended. */
  #close(): void {
    this.#flush();
    if (!this.progress.ended) this.#ended({ message: undefined, failure: undefined });
  }

  #onFailure(failure: GraphFailure): void {
    this.leave();
    this.#ended({ message: undefined, failure: { code: failure.code, reason: failure.message } });
  }
}
