import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { openLog } from '../log.ts';
import type { ReplicaReader } from './database.ts';
import { Replicas, type ReplicationStatus } from './replicas.ts';

const log = openLog('silent');

/** A fake server with a given status, or one that does not answer. */
class Server {
  status: ReplicationStatus | Error;

  constructor(status: Partial<ReplicationStatus> = {}) {
    this.status = { history: 'ours', isReplica: true, position: 100, ...status };
  }

  query = async (): Promise<ReplicationStatus> => {
    if (this.status instanceof Error) throw this.status;
    return this.status;
  };

  move(position: number): void {
    this.status = { ...(this.status as ReplicationStatus), position };
  }
}

/** A stub that reveals only its name. */
function manager(name: string): SqlEntityManager {
  return { name, fork: () => ({ name }) } as unknown as SqlEntityManager;
}

describe('ReplicaReader', () => {
  let primary: Server;
  let servers: Server[];
  let replicas: Replicas;
  let read: ReplicaReader;
  const where = () => read(async (em) => em.name);

  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    replicas.close();
    jest.useRealTimers();
  });

  async function follow(...followers: Server[]): Promise<void> {
    [primary, servers] = [new Server({ isReplica: false }), followers];
    const queries = servers.map(({ query }) => query);
    replicas = new Replicas(() => primary.query(), queries, log);
    const managers = servers.map((_, index) => manager(`replica-${index + 1}`));
    read = replicas.reader(manager('primary'), managers);
    replicas.watch();
    await seconds(2);
  }

  const seconds = (count: number) => jest.advanceTimersByTimeAsync(count * 1_000);

  it('uses a replica that is up to date, however long the primary has been idle', async () => {
    await follow(new Server());
    expect(await where()).toBe('replica-1');
    await seconds(3_600);
    expect(await where()).toBe('replica-1');
    expect(replicas.all[0]!.secondsBehind).toBeLessThan(1);
  });

  it('uses the primary without replicas, and until the status of a replica is known', async () => {
    await follow();
    expect(await where()).toBe('primary');
    replicas.close();
    replicas = new Replicas(primary.query, [new Server().query], log);
    expect(await replicas.reader(manager('primary'), [manager('replica-1')])(async (em) => em.name)).toBe('primary');
  });

  it('distributes reads over healthy replicas', async () => {
    await follow(new Server(), new Server(), new Server());
    servers[1]!.status = new Error('gone');
    await seconds(1);
    const places = [await where(), await where(), await where(), await where()];
    expect(new Set(places)).toEqual(new Set(['replica-1', 'replica-3']));
    expect(places[0]).not.toBe(places[1]);
  });

  it('excludes a replica while it lags more than two seconds', async () => {
    await follow(new Server());
    for (let second = 1; second <= 5; second += 1) {
      primary.move(100 + second);
      await seconds(1);
    }
    expect([await where(), Math.round(replicas.all[0]!.secondsBehind!)]).toEqual(['primary', 5]);
    // A lag of three seconds is still too much.
    servers[0]!.move(102);
    await seconds(1);
    expect(await where()).toBe('primary');
    servers[0]!.move(105);
    await seconds(1);
    expect(await where()).toBe('replica-1');
  });

  it('uses a replica with a constant lag of half a second', async () => {
    await follow(new Server());
    for (let second = 1; second <= 10; second += 1) {
      primary.move(100 + 10 * second);
      await seconds(1);
      expect(await where()).toBe('replica-1');
      servers[0]!.move(95 + 10 * second);
    }
  });

  it('excludes a replica that is behind every known status of the primary', async () => {
    await follow(new Server({ position: 5 }));
    expect([await where(), replicas.all[0]!.secondsBehind]).toEqual(['primary', undefined]);
  });

  it.each([
    ['is not a replica', { isReplica: false }],
    ['belongs to another cluster or timeline', { history: 'theirs', position: 1_000 }],
  ])('excludes a server that %s', async (_, status) => {
    await follow(new Server(status));
    expect(await where()).toBe('primary');
  });

  it('uses replicas while the primary is slow, and stops when its status is outdated', async () => {
    await follow(new Server());
    primary.status = new Error('gone');
    await seconds(4);
    expect(await where()).toBe('replica-1');
    await seconds(3);
    expect(await where()).toBe('primary');
  });

  it('discards the statuses of the primary from before a recovery', async () => {
    await follow(new Server());
    primary.status = { history: 'ours, recovered', isReplica: false, position: 50 };
    await seconds(1);
    expect(await where()).toBe('primary');
    servers[0]!.status = { history: 'ours, recovered', isReplica: true, position: 50 };
    await seconds(1);
    expect(await where()).toBe('replica-1');
  });

  it('repeats a failed read on the primary', async () => {
    await follow(new Server());
    const asked: string[] = [];
    const fail = async ({ name }: SqlEntityManager) => {
      asked.push(name);
      throw Object.assign(new Error(`${name} cannot`), { code: '40001' });
    };
    await expect(read(fail)).rejects.toThrow('primary cannot');
    expect(asked).toEqual(['replica-1', 'primary']);
  });

  it('does not wait for an unresponsive replica', async () => {
    await follow(new Server());
    const silent = new Promise<never>(() => {});
    const answer = read((em) => (em.name === 'primary' ? Promise.resolve('primary') : silent));
    servers[0]!.status = new Error('no answer in time');
    await seconds(1);
    expect(await answer).toBe('primary');
  });
});
