import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Bus } from '../../infra/bus/bus.ts';
import type { DomainEvent, EventName } from '../../schema/events.ts';
import type { JobContext } from '../framework/context.ts';
import { recordEvent } from './audit.service.ts';
import { recordRunFinished, recordRunStarted } from './usage.service.ts';

/** Handles all events: records each in the audit log, and those of runs also in the usage, in one transaction. */
export function handleEvent(bus: Bus): (event: DomainEvent, context: JobContext) => Promise<void> {
  return async (event, { em }) => {
    await em.transactional(async (inner) => {
      await recordEvent(inner, event);
      await recordRun(inner, event);
    });
    if (isOfRun(event)) await bus.publish('metrics', 'all', { reason: event.name });
  };
}

async function recordRun(em: SqlEntityManager, event: DomainEvent): Promise<void> {
  if (is(event, 'message.sent') || is(event, 'run.regenerated')) await recordRunStarted(em, event.payload.runId, event.at);
  if (is(event, 'run.finished')) await recordRunFinished(em, event.payload);
}

function isOfRun(event: DomainEvent): boolean {
  return is(event, 'message.sent') || is(event, 'run.regenerated') || is(event, 'run.finished');
}

function is<N extends EventName>(event: DomainEvent, name: N): event is DomainEvent<N> {
  return (event.name as EventName) === name;
}
