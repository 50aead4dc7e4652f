import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { fromPglite } from 'pg-boss';
import { MemoryBus } from '../../infra/bus/memory.ts';
import { PgliteDatabase } from '../../infra/database/pglite.ts';
import { newId } from '../../infra/id.ts';
import { openLog } from '../../infra/log.ts';
import { PostgresQueue } from '../../infra/queue/postgres.ts';
import type { Context } from '../../subgraphs/framework/context.ts';
import { SessionService, type OpenedSession } from '../../subgraphs/users/session.service.ts';
import { users } from '../../subgraphs/users/users.ts';

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;

const directory = mkdtempSync(join(tmpdir(), 'parley-refresh-'));
const log = openLog('silent');
const database = new PgliteDatabase(directory, log);
const bus = new MemoryBus(log);
let queue: PostgresQueue;
let em: SqlEntityManager;
let sessions: SessionService;
let revoked: string[];

/** The service takes its clock as an argument, so the test advances time without waiting. */
let now = Date.parse('2026-01-01T00:00:00Z');

beforeAll(async () => {
  await database.open();
  queue = new PostgresQueue({ db: fromPglite(database.engine), backend: 'pglite' }, log);
  await queue.open();
  em = await database.connect(users);
  sessions = new SessionService(bus, queue, () => new Date(now));
  revoked = [];
  await bus.subscribe('session.revoked', 'all', ({ sessionIds }) => revoked.push(...sessionIds));
});

afterAll(async () => {
  await queue.close();
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

function context(): Context {
  return { identity: { viewer: null, requestId: newId() }, em: em.fork(), read: (work) => work(em.fork()), bus, log };
}

async function open(): Promise<OpenedSession> {
  const id = newId();
  await em
    .fork()
    .execute(
      `insert into users."user" (id, email, email_key, name, role, password_hash, created_at) values (?, ?, ?, 'Ada', 'USER', 'x', now())`,
      [id, `${id}@example.org`, `${id}@example.org`],
    );
  return em.fork().transactional((inner) => sessions.open(inner, id));
}

const refresh = (token: string) => sessions.refresh(context(), token);

describe('a refresh token', () => {
  it('gives its successor again within ten seconds of its use', async () => {
    const { refreshToken } = await open();
    const first = await refresh(refreshToken);
    now += 9 * SECOND;
    expect((await refresh(refreshToken)).refreshToken).toBe(first.refreshToken);
  });

  it('ends its session when it is used again later', async () => {
    const { refreshToken, sessionId } = await open();
    const { refreshToken: newest } = await refresh(refreshToken);
    now += 11 * SECOND;
    await expect(refresh(refreshToken)).rejects.toMatchObject({ code: 'SESSION_REUSED' });
    await expect(refresh(newest)).rejects.toMatchObject({ code: 'SESSION_REUSED' });
    expect(revoked).toContain(sessionId);
    expect(await sessions.truth(em.fork(), sessionId)).toMatchObject({ active: false });
  });

  it('ends its session at once when it is used after its successor was', async () => {
    const { refreshToken, sessionId } = await open();
    await refresh((await refresh(refreshToken)).refreshToken);
    await expect(refresh(refreshToken)).rejects.toMatchObject({ code: 'SESSION_REUSED' });
    expect(await sessions.truth(em.fork(), sessionId)).toMatchObject({ active: false });
  });

  it('is valid for thirty days, which start again with each use', async () => {
    const { refreshToken, sessionId } = await open();
    now += 29 * DAY;
    const { refreshToken: successor } = await refresh(refreshToken);
    now += 29 * DAY;
    expect(await sessions.truth(em.fork(), sessionId)).toMatchObject({ active: true });
    now += 2 * DAY;
    expect(await sessions.truth(em.fork(), sessionId)).toMatchObject({ active: false });
    await expect(refresh(successor)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is not stored in plain text, and neither is its successor', async () => {
    const { refreshToken } = await open();
    const { refreshToken: successor } = await refresh(refreshToken);
    const rows = JSON.stringify(
      await em.fork().execute('select t.*, s.* from users.refresh_token t join users.session s on s.id = t.session_id'),
    );
    expect(rows).not.toContain(refreshToken);
    expect(rows).not.toContain(successor);
  });
});
