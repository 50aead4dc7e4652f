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
/** Upload URLs are valid for an hour, and an upload that started in the last minute may take a while. */
const ABANDONED_AFTER_MS = 90 * 60_000;
const UNTOLD_EVERY_MS = 60 * 60_000;
/** Longer than any upload takes. */
const UNTOLD_AFTER_MS = 24 * 60 * 60_000;
const AT_ONCE = 200;

type SweepPorts = Pick<Ports, 'bus' | 'files' | 'queue'>;

/** Claims documents whose worker or upload was lost. Returns a stop function. */
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
    every(UNTOLD_EVERY_MS, discardUntold),
  ];
  return async () => {
    timers.forEach(clearInterval);
    await running;
  };
}

/** Gives the documents of workers that died to others, without waiting for the queue to notice. */
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

/** Documents whose file never came. */
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

/** Finds uploaded files without a document, whose gateway stopped before it reported them. */
async function discardUntold(em: SqlEntityManager, { files }: SweepPorts): Promise<void> {
  const before = Date.now() - UNTOLD_AFTER_MS;
  for await (const key of files.keys(stagingKey(''))) {
    // A key of another form tells no time, and stays.
    if (!(arrivedAt(key) < before)) continue;
    const [taken] = await em.execute<unknown[]>('select 1 from knowledge.document where upload_key = ? limit 1', [key]);
    if (!taken) await files.delete(key);
  }
}
