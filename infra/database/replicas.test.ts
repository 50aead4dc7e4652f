import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { openLog } from '../log.ts';
import type { Read } from './database.ts';
import { Replicas, type Standing } from './replicas.ts';

const log = openLog('silent');

/** A server that stands where it is told, or does not answer. */
class Server {
  standing: Standing | Error;

  constructor(standing: Partial<Standing> = {}) {
    this.standing = { history: 'ours', isReplica: true, position: 100, ...standing };
  }

  ask = async (): Promise<Standing> => {
    if (this.standing instanceof Error) throw this.standing;
    return this.standing;
  };

  move(position: number): void {
    this.standing = { ...(this.standing as Standing), position };
  }
}

/** Tells only where it is asked. */
function manager(name: string): SqlEntityManager {
  return { name, fork: () => ({ name }) } as unknown as SqlEntityManager;
}

describe('a reading', () => {
  let primary: Server;
  let servers: Server[];
  let replicas: Replicas;
  let read: Read;
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
    const asks = servers.map(({ ask }) => ask);
    replicas = new Replicas(() => primary.ask(), asks, log);
    const managers = servers.map((_, index) => manager(`replica-${index + 1}`));
    read = replicas.reader(manager('primary'), managers);
    replicas.watch();
    await seconds(2);
  }

  const seconds = (count: number) => jest.advanceTimersByTimeAsync(count * 1_000);

  it('goes to a replica that has everything, however long nobody has written', async () => {
    await follow(new Server());
    expect(await where()).toBe('replica-1');
    await seconds(3_600);
    expect(await where()).toBe('replica-1');
    expect(replicas.all[0]!.secondsBehind).toBeLessThan(1);
  });

  it('goes to the primary until something is known of a replica, and where there is none', async () => {
    await follow();
    expect(await where()).toBe('primary');
    replicas.close();
    replicas = new Replicas(primary.ask, [new Server().ask], log);
    expect(await replicas.reader(manager('primary'), [manager('replica-1')])(async (em) => em.name)).toBe('primary');
  });

  it('goes by turns to those that are well', async () => {
    await follow(new Server(), new Server(), new Server());
    servers[1]!.standing = new Error('gone');
    await seconds(1);
    const places = [await where(), await where(), await where(), await where()];
    expect(new Set(places)).toEqual(new Set(['replica-1', 'replica-3']));
    expect(places[0]).not.toBe(places[1]);
  });

  it('leaves a replica alone that is more than two seconds behind, until it is no more', async () => {
    await follow(new Server());
    for (let second = 1; second <= 5; second += 1) {
      primary.move(100 + second);
      await seconds(1);
    }
    expect([await where(), Math.round(replicas.all[0]!.secondsBehind!)]).toEqual(['primary', 5]);
    // Where the primary was three seconds ago is not enough.
    servers[0]!.move(102);
    await seconds(1);
    expect(await where()).toBe('primary');
    servers[0]!.move(105);
    await seconds(1);
    expect(await where()).toBe('replica-1');
  });

  it('takes a replica that is always half a second behind for a well one', async () => {
    await follow(new Server());
    for (let second = 1; second <= 10; second += 1) {
      primary.move(100 + 10 * second);
      await seconds(1);
      expect(await where()).toBe('replica-1');
      servers[0]!.move(95 + 10 * second);
    }
  });

  it('does not believe a replica that was so far behind when this process started that nothing is known of it', async () => {
    await follow(new Server({ position: 5 }));
    expect([await where(), replicas.all[0]!.secondsBehind]).toEqual(['primary', undefined]);
  });

  it.each([
    ['takes changes of its own', { isReplica: false }],
    ['belongs to another cluster, or parted from this one at a recovery', { history: 'theirs', position: 1_000 }],
  ])('never goes to a server that %s', async (_, standing) => {
    await follow(new Server(standing));
    expect(await where()).toBe('primary');
  });

  it('goes on while the primary is slow, and ends when it has kept silent for long', async () => {
    await follow(new Server());
    primary.standing = new Error('gone');
    await seconds(4);
    expect(await where()).toBe('replica-1');
    await seconds(3);
    expect(await where()).toBe('primary');
  });

  it('forgets where the primary stood before a recovery', async () => {
    await follow(new Server());
    primary.standing = { history: 'ours, recovered', isReplica: false, position: 50 };
    await seconds(1);
    expect(await where()).toBe('primary');
    servers[0]!.standing = { history: 'ours, recovered', isReplica: true, position: 50 };
    await seconds(1);
    expect(await where()).toBe('replica-1');
  });

  it('that a replica fails is done once more on the primary, whose word counts', async () => {
    await follow(new Server());
    const asked: string[] = [];
    const fail = async ({ name }: SqlEntityManager) => {
      asked.push(name);
      throw Object.assign(new Error(`${name} cannot`), { code: '40001' });
    };
    await expect(read(fail)).rejects.toThrow('primary cannot');
    expect(asked).toEqual(['replica-1', 'primary']);
  });

  it('does not wait for a replica that has fallen silent', async () => {
    await follow(new Server());
    const silent = new Promise<never>(() => {});
    const answer = read((em) => (em.name === 'primary' ? Promise.resolve('primary') : silent));
    servers[0]!.standing = new Error('no answer in time');
    await seconds(1);
    expect(await answer).toBe('primary');
  });
});
