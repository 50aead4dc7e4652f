import type { SqlEntityManager } from '@mikro-orm/sql';
import { newId } from '../../../../infra/id.ts';
import { Document } from '../document.entity.ts';

const LEASE_SECONDS = 15;
const BEAT_MS = 4_000;

/** Thrown if another worker has the document or it was deleted. The current step is rolled back. */
export class LeaseLost extends Error {}

/**
 * A worker's exclusive right to a document while its job runs. If a worker dies, the lease expires and the sweep
 * requeues the document; a worker that was only slow fails at its next step, so two never write at the same time.
 */
export class Lease {
  #beat: NodeJS.Timeout | undefined;

  readonly #em: SqlEntityManager;
  readonly id: string;
  /** The document as it was last loaded. */
  document: Document;

  private constructor(em: SqlEntityManager, id: string, document: Document) {
    this.#em = em;
    this.id = id;
    this.document = document;
  }

  /**
   * Acquires the lease. Returns null if another worker has it or the document is not in progress, and undefined if it
   * was deleted.
   */
  static async take(em: SqlEntityManager, documentId: string): Promise<Lease | null | undefined> {
    const id = newId();
    const [row] = await em.execute<{ lease: string | null }[]>(
      `with target as (select id, status in ('QUEUED', 'EXTRACTING', 'EMBEDDING', 'INDEXING') and (lease is null or lease_until < now()) as free
         from knowledge.document where id = ? for update),
       taken as (update knowledge.document d set lease = ?, lease_until = now() + ? * interval '1 second', attempts = attempts + 1
         from target where d.id = target.id and target.free returning d.lease)
       select (select lease from taken) as lease from target`,
      [documentId, id, LEASE_SECONDS],
    );
    if (!row) return undefined;
    if (row.lease === null) return null;
    const lease = new Lease(em, id, await em.fork().findOneOrFail(Document, { id: documentId }));
    lease.#beat = setInterval(
      () =>
        void em
          .fork()
          .execute(...lease.#renewal())
          .catch(() => undefined),
      BEAT_MS,
    );
    return lease;
  }

  /** Runs a step in a transaction that only the holder of the lease can commit. */
  async step<T>(body: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    return this.#em.fork().transactional(async (em) => {
      const held = await em.execute<unknown[]>(...this.#renewal());
      if (held.length === 0) throw new LeaseLost();
      return body(em);
    });
  }

  /** Releases the lease, so that the next attempt need not wait for its expiry. */
  async end(): Promise<void> {
    clearInterval(this.#beat);
    await this.#em
      .fork()
      .execute('update knowledge.document set lease = null, lease_until = null where id = ? and lease = ?', [this.document.id, this.id]);
  }

  #renewal(): [sql: string, params: unknown[]] {
    return [
      `update knowledge.document set lease_until = now() + ? * interval '1 second' where id = ? and lease = ? returning id`,
      [LEASE_SECONDS, this.document.id, this.id],
    ];
  }
}
