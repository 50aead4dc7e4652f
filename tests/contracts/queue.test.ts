import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromPglite } from 'pg-boss';
import type { Database } from '../../infra/database/database.ts';
import { PgliteDatabase } from '../../infra/database/pglite.ts';
import { ServerDatabase } from '../../infra/database/server.ts';
import { newId } from '../../infra/id.ts';
import { openLog } from '../../infra/log.ts';
import { PostgresQueue } from '../../infra/queue/postgres.ts';
import type { DomainEvent } from '../../schema/events.ts';
import { eventually } from '../support/eventually.ts';
import { missingPostgres, startPostgres, type Postgres } from '../support/postgres.ts';
import { describeWhen } from '../support/when.ts';

const log = openLog('silent');
const ROOM = { name: 'room', entities: [], migrations: [{ name: '0001-row', up: 'create table room.row (id text primary key)' }] };
const SOON_MS = 2_000;

interface Opened {
  database: Database;
  /** Creates a further process on the same database, which the test opens and closes. */
  newQueue(): PostgresQueue;
  close(): Promise<void>;
}

const actor: DomainEvent['actor'] = { userId: null, sessionId: null, requestId: 'test' };
const row = (em: SqlEntityManager, id: string) => em.execute('insert into room.row values (?)', [id]);

function contract(open: () => Promise<Opened>): void {
  let opened: Opened;
  let em: SqlEntityManager;
  let queue: PostgresQueue;

  beforeAll(async () => {
    opened = await open();
    em = await opened.database.connect(ROOM);
    queue = opened.newQueue();
    await queue.open();
  });
  afterAll(async () => {
    await queue.close();
    await opened.database.close();
    await opened.close();
  });

  const add = (job: string, data: object) => em.fork().transactional((own) => queue.add(own, job, data));
  const emitSignIn = (userId: string) => em.fork().transactional((own) => queue.emit(own, 'user.signedIn', { userId }, actor));
  /** Handles a new kind of job and collects the data of its jobs. */
  async function collect(job = `job-${newId()}`) {
    const done: any[] = [];
    await queue.work(job, async (data) => void done.push(data));
    return {
      job,
      done,
      until: (count: number) =>
        eventually(
          async () => done,
          () => done.length >= count,
          30_000,
        ),
    };
  }

  it('reports the number and age of waiting jobs per queue', async () => {
    const job = `job-${newId()}`;
    await queue.declare(job);
    for (let count = 0; count < 3; count += 1) await add(job, {});
    const later = `job-${newId()}`;
    await queue.declare(later);
    await em.fork().transactional((own) => queue.add(own, later, {}, { startAfterSeconds: 60 }));
    const waiting = await queue.waiting();
    expect(waiting.find(({ queue: name }) => name === job)).toMatchObject({ jobs: 3, oldestSeconds: expect.any(Number) });
    expect(waiting.find(({ queue: name }) => name === later)).toBeUndefined();
    await queue.work(job, async () => {});
    await eventually(
      () => queue.waiting(),
      (left) => left.every(({ queue: name }) => name !== job),
    );
  });

  it('starts a job promptly once the transaction that enqueued it commits', async () => {
    const { job, until } = await collect();
    const id = newId();
    let seen = false;
    await queue.work(`${job}-look`, async () => {
      seen = (await em.fork().execute('select 1 from room.row where id = ?', [id])).length === 1;
    });
    await em.fork().transactional(async (own) => {
      await row(own, id);
      await queue.add(own, job, { id });
      await queue.add(own, `${job}-look`, {});
    });
    const committed = performance.now();
    expect(await until(1)).toEqual([{ id }]);
    expect(performance.now() - committed).toBeLessThan(SOON_MS);
    await eventually(async () => seen, Boolean);
  });

  it('discards the jobs and domain events of a transaction that is rolled back', async () => {
    const { job, done, until } = await collect();
    const received: string[] = [];
    await queue.subscribe('analytics', async ({ payload }) => void received.push((payload as { userId: string }).userId));
    const failing = em.fork().transactional(async (own) => {
      await queue.add(own, job, { id: 'lost' });
      await queue.emit(own, 'user.signedIn', { userId: 'lost' }, actor);
      throw new Error('on second thoughts');
    });
    await expect(failing).rejects.toThrow('on second thoughts');
    await add(job, { id: 'kept' });
    await emitSignIn('kept');
    await until(1);
    await eventually(
      async () => received,
      (ids) => ids.includes('kept'),
    );
    expect(done).toEqual([{ id: 'kept' }]);
    expect(received).not.toContain('lost');
  });

  it('rejects adding a job outside a transaction', async () => {
    const { job } = await collect();
    await expect(queue.add(em.fork(), job, {})).rejects.toThrow('inside the transaction');
    await expect(queue.emit(em.fork(), 'user.signedIn', { userId: 'x' }, actor)).rejects.toThrow('inside the transaction');
  });

  it('retries a job whose handler throws', async () => {
    const job = `job-${newId()}`;
    let attempts = 0;
    await queue.work(job, async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('not yet');
    });
    await add(job, {});
    await eventually(
      async () => attempts,
      (count) => count === 3,
      30_000,
    );
  });

  it('distributes jobs over two processes, each job to one', async () => {
    const other = opened.newQueue();
    await other.open();
    const job = `job-${newId()}`;
    const taken: Record<'here' | 'there', number[]> = { here: [], there: [] };
    const work =
      (who: 'here' | 'there') =>
      async ({ number }: { number: number }) => {
        taken[who].push(number);
        await eventually(async () => Math.min(taken.here.length, taken.there.length), Boolean, 20_000);
      };
    await queue.work(job, work('here'), { concurrency: 2 });
    await other.work(job, work('there'), { concurrency: 2 });
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    await em.fork().transactional(async (own) => {
      for (const number of numbers) await queue.add(own, job, { number });
    });
    await eventually(
      async () => taken.here.length + taken.there.length,
      (count) => count >= 40,
      60_000,
    );
    expect([...taken.here, ...taken.there].sort((a, b) => a - b)).toEqual(numbers);
    expect(Math.min(taken.here.length, taken.there.length)).toBeGreaterThan(0);
    await other.close();
  });

  it('delivers a domain event to each of its subscribers, in order', async () => {
    const received: string[] = [];
    await queue.subscribe('assistants', async (event) => void received.push((event.payload as { name: string }).name));
    const names = Array.from({ length: 60 }, (_, index) => `base ${index}`);
    for (const name of names) {
      const payload = { knowledgeBaseId: newId(), ownerId: newId(), name };
      await em.fork().transactional((own) => queue.emit(own, 'knowledgeBase.deleted', payload, actor));
    }
    expect(
      await eventually(
        async () => received,
        (all) => all.length >= 60,
        30_000,
      ),
    ).toEqual(names);
  });

  it('releases an unfinished job to another process when it closes', async () => {
    const [first, second] = [opened.newQueue(), opened.newQueue()];
    await first.open();
    const job = `job-${newId()}`;
    let begun = false;
    await first.work(job, async (_, signal) => {
      begun = true;
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('closing'))));
    });
    // Adds by the instance that knows the queue: a lookup within a transaction would wait for PGlite's one connection.
    await em.fork().transactional((own) => first.add(own, job, {}));
    await eventually(async () => begun, Boolean, 30_000);
    await first.close();
    await second.open();
    let finished = false;
    await second.work(job, async () => void (finished = true));
    await eventually(async () => finished, Boolean, 60_000);
    await second.close();
  });

  it('starts a delayed job no earlier than its time', async () => {
    const { job, done, until } = await collect();
    const added = Date.now();
    await em.fork().transactional((own) => queue.add(own, job, {}, { startAfterSeconds: 2 }));
    await until(1);
    expect(Date.now() - added).toBeGreaterThan(1_900);
    expect(done).toHaveLength(1);
  });

  it('answers a ping', async () => {
    await expect(queue.ping()).resolves.toBeUndefined();
  });
}

describe('the queue in PGlite', () =>
  contract(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'parley-queue-'));
    const database = new PgliteDatabase(directory, log);
    await database.open();
    return {
      database,
      newQueue: () => new PostgresQueue({ db: fromPglite(database.engine), backend: 'pglite' }, log),
      close: async () => rmSync(directory, { recursive: true, force: true }),
    };
  }));

describeWhen(missingPostgres(), 'the queue on a PostgreSQL server', () => {
  let postgres: Postgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  async function open(): Promise<Opened & { database: ServerDatabase }> {
    const database = new ServerDatabase(await postgres.fresh(), log);
    await database.open();
    return { database, newQueue: () => new PostgresQueue(database.queueConnections, log), close: async () => {} };
  }

  describe('contract', () => contract(open));

  it('can be opened by several processes at once', async () => {
    const { database, newQueue } = await open();
    const queues = [newQueue(), newQueue(), newQueue()];
    await Promise.all(queues.map((queue) => queue.open()));
    await Promise.all(queues.map((queue) => queue.close()));
    await database.close();
  });

  it('resumes after the server was away', async () => {
    const { database, newQueue } = await open();
    const em = await database.connect(ROOM);
    const queue = newQueue();
    await queue.open();
    const done: object[] = [];
    await queue.work('after', async (data) => void done.push(data));
    await postgres.kill();
    await postgres.start();
    await eventually(
      () =>
        em
          .fork()
          .transactional((own) => queue.add(own, 'after', {}))
          .then(
            () => true,
            () => false,
          ),
      Boolean,
      30_000,
    );
    await eventually(
      async () => done.length,
      (count) => count > 0,
      45_000,
    );
    await queue.close();
    await database.close();
  });
});
