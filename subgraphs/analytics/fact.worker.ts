import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Bus } from '../../infra/bus/bus.ts';
import type { Fact, FactName } from '../../schema/facts.ts';
import type { JobContext } from '../context.ts';
import { recordFact } from './audit.service.ts';
import { recordRunFinished, recordRunStarted } from './usage.service.ts';

/** Hears everything: each fact becomes an entry of the audit log, those of runs also figures, in one transaction. */
export function hearFact(bus: Bus): (fact: Fact, context: JobContext) => Promise<void> {
  return async (fact, { em }) => {
    await em.transactional(async (inner) => {
      await recordFact(inner, fact);
      await recordRun(inner, fact);
    });
    if (isOfRun(fact)) await bus.publish('metrics', 'all', { reason: fact.name });
  };
}

async function recordRun(em: SqlEntityManager, fact: Fact): Promise<void> {
  if (is(fact, 'message.sent') || is(fact, 'run.regenerated')) await recordRunStarted(em, fact.payload.runId, fact.at);
  if (is(fact, 'run.finished')) await recordRunFinished(em, fact.payload);
}

function isOfRun(fact: Fact): boolean {
  return is(fact, 'message.sent') || is(fact, 'run.regenerated') || is(fact, 'run.finished');
}

function is<N extends FactName>(fact: Fact, name: N): fact is Fact<N> {
  return (fact.name as FactName) === name;
}
