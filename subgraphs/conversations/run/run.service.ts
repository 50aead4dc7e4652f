import { LockMode } from '@mikro-orm/core';
import type { Bus } from '../../../infra/bus/bus.ts';
import { isId } from '../../../infra/id.ts';
import type { Queue } from '../../../infra/queue/queue.ts';
import { actorOf, viewerOf, type Context } from '../../framework/context.ts';
import { requireOwned } from '../../framework/policy.ts';
import { finishRun } from './run-finish.ts';
import { isActive, Run } from './run.entity.ts';

export class RunService {
  readonly #bus: Bus;
  readonly #queue: Queue;

  constructor(ports: { bus: Bus; queue: Queue }) {
    this.#bus = ports.bus;
    this.#queue = ports.queue;
  }

  /** Asks the run's worker, in any process, to stop; ends a run that no worker has started here. Idempotent. */
  async stop(context: Context, runId: string): Promise<Run> {
    const run = await context.em.transactional(async (em) => {
      const own = requireOwned(
        viewerOf(context),
        isId(runId) ? await em.findOne(Run, { id: runId }, { lockMode: LockMode.PESSIMISTIC_WRITE }) : null,
        'Run',
      );
      if (!isActive(own) || own.stopRequestedAt) return own;
      own.stopRequestedAt = new Date();
      await em.flush();
      await this.#queue.emit(
        em,
        'run.stopRequested',
        { runId, conversationId: own.conversationId, ownerId: own.ownerId },
        actorOf(context),
      );
      return own;
    });
    if (run.status === 'QUEUED') await this.#endQueued(context, run);
    else if (isActive(run)) await this.#bus.publish('run.stop', runId, { runId });
    return context.em.findOneOrFail(Run, { id: runId }, { refresh: true });
  }

  async #endQueued(context: Context, run: Run): Promise<void> {
    const finished = await finishRun(context.em, this.#queue, { runId: run.id, attempt: 0, worker: null }, { status: 'STOPPED' }, null);
    if (!finished) return;
    const { event } = finished;
    await this.#bus.publish('run', run.id, {
      runId: run.id,
      attempt: event.attempt,
      firstSeq: event.seq,
      lastSeq: event.seq,
      events: [event],
    });
    await this.#bus.publish('conversation', run.ownerId, { conversationId: run.conversationId });
  }
}
