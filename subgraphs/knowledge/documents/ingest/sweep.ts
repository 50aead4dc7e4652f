import { LockMode } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Log } from '../../../../infra/log.ts';
import type { Ports } from '../../../framework/subgraph.ts';
import { arrivedAt, Document, stagingKey } from '../document.entity.ts';
import { resumeBuilding } from '../../vector-index/index-watch.ts';
import { showDeleted } from './progress.ts';
import { queueIngestion } from './queue-ingestion.ts';

const INTERRUPTED_EVERY_MS = 5_000;
const ABANDONED_EVERY_MS = 10 * 60_000;
/** Upload URLs are valid for an hour; an upload that started in the last minute may still be in progress. */
const ABANDONED_AFTER_MS = 90 * 60_000;
const UNREPORTED_EVERY_MS = 60 * 60_000;
/** Exceeds the duration of any upload. */
const UNREPORTED_AFTER_MS = 24 * 60 * 60_000;
const AT_ONCE = 200;

type SweepPorts = Pick<Ports, 'bus' | 'files' | 'queue'>;

/** Starts periodic sweeps for interrupted work and lost uploads. Returns a stop function. */
export function startSweep(fork: () => SqlEntityManager, ports: SweepPorts, log: Log): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const every = (milliseconds: number, sweep: (em: SqlEntityManager, ports: SweepPorts) => Promise<void>) => {
    const run = () => {
      running = running
        .then(() => sweep(fork(), ports))
        .catch((error: unknown) => log.error({ err: error }, 'a sweep of the documents failed'));
    };
    run();
    return setInterval(run, milliseconds);
  };
  const timers = [
    every(INTERRUPTED_EVERY_MS, resumeInterrupted),
    every(INTERRUPTED_EVERY_MS, resumeBuilding),
    every(ABANDONED_EVERY_MS, discardAbandoned),
    every(UNREPORTED_EVERY_MS, discardUnreported),
  ];
  return async () => {
    timers.forEach(clearInterval);
    await running;
  };
}

/** Requeues documents whose lease has expired, sooner than the queue's own timeout. */
async function resumeInterrupted(em: SqlEntityManager, { queue }: SweepPorts): Promise<void> {
  const stale = 'lease is not null and lease_until < now()';
  const [waiting] = await em.execute<unknown[]>(`select 1 from knowledge.document where ${stale} limit 1`);
  if (!waiting) return;
  await em.transactional(async (inner) => {
    const freed = await inner.execute<{ id: string; knowledgeBaseId: string; ownerId: string }[]>(
      `update knowledge.document set lease = null, lease_until = null
       where id in (select id from knowledge.document where ${stale} limit ${AT_ONCE} for update skip locked) returning id, knowledge_base_id as "knowledgeBaseId", owner_id as "ownerId"`,
    );
    for (const document of freed) await queueIngestion(inner, queue, document);
  });
}

/** Deletes documents whose file was never uploaded. */
async function discardAbandoned(em: SqlEntityManager, { bus, queue }: SweepPorts): Promise<void> {
  const before = new Date(Date.now() - ABANDONED_AFTER_MS);
  const discarded = await em.transactional(async (inner) => {
    const abandoned = await inner.find(
      Document,
      { status: 'AWAITING_FILE', createdAt: { $lt: before } },
      { limit: AT_ONCE, lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE },
    );
    for (const { id, knowledgeBaseId, ownerId, name } of abandoned) {
      await inner.nativeDelete(Document, { id });
      await queue.emit(
        inner,
        'document.deleted',
        { documentId: id, knowledgeBaseId, ownerId, name },
        { userId: null, sessionId: null, requestId: 'sweep' },
      );
      await queue.add(inner, 'document.purge', { documentId: id, knowledgeBaseId });
    }
    return abandoned;
  });
  for (const document of discarded) await showDeleted(bus, document);
}

/** Deletes uploaded files that no document refers to, because their gateway stopped before reporting them. */
async function discardUnreported(em: SqlEntityManager, { files }: SweepPorts): Promise<void> {
  const before = Date.now() - UNREPORTED_AFTER_MS;
  for await (const key of files.keys(stagingKey(''))) {
    // A key of another format has no timestamp and is kept.
    if (!(arrivedAt(key) < before)) continue;
    const [taken] = await em.execute<unknown[]>('select 1 from knowledge.document where upload_key = ? limit 1', [key]);
    if (!taken) await files.delete(key);
  }
}
