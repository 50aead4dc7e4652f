import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Bell, mapStream, PullStream, QueueStream, type Step } from './iterators.ts';

const DONE = { done: true, value: undefined };
const value = (given: unknown) => ({ done: false, value: given });

/** A stream over the results of a function. */
class Pulled<Item> extends PullStream<Item> {
  ends = 0;
  protected override readonly pull: (signal: AbortSignal) => Promise<Step<Item>>;

  constructor(pull: (signal: AbortSignal) => Promise<Step<Item>>) {
    super();
    this.pull = pull;
    this.onEnd(() => this.ends++);
  }
}

function counting(to: number): Pulled<number> {
  let count = 0;
  return new Pulled(async () => (count < to ? { value: ++count } : undefined));
}

function silent(): Pulled<number> {
  return new Pulled<number>(() => new Promise(() => {}));
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const read: Item[] = [];
  for await (const item of items) read.push(item);
  return read;
}

const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);
beforeEach(() => void process.on('unhandledRejection', note));
afterEach(async () => {
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  expect(unhandled.splice(0)).toEqual([]);
});

describe('a pull stream', () => {
  it('gives its items in order, then ends', async () => {
    const stream = counting(3);
    expect(await all(stream)).toEqual([1, 2, 3]);
    expect(await stream.next()).toEqual(DONE);
    expect(stream.ends).toBe(1);
  });

  it('answers concurrent calls of next() in order and pulls once at a time', async () => {
    let open = 0;
    let most = 0;
    let count = 0;
    const stream = new Pulled(async () => {
      most = Math.max(most, ++open);
      await new Promise(setImmediate);
      open--;
      return count < 3 ? { value: ++count } : undefined;
    });
    expect(await Promise.all([1, 2, 3, 4].map(() => stream.next()))).toEqual([value(1), value(2), value(3), DONE]);
    expect(most).toBe(1);
  });

  it('ends at once on return() while calls of next() are pending', async () => {
    const stream = silent();
    const pending = [stream.next(), stream.next()];
    expect(await stream.return()).toEqual(DONE);
    expect(await Promise.all(pending)).toEqual([DONE, DONE]);
    expect(stream.ends).toBe(1);
  });

  it('aborts the signal of a pull that is under way, and drops its item', async () => {
    const answer = Promise.withResolvers<Step<number>>();
    let given: AbortSignal | undefined;
    const stream = new Pulled((signal) => ((given = signal), answer.promise));
    const pending = stream.next();
    await new Promise(setImmediate);
    void stream.return();
    expect(given!.aborted).toBe(true);
    answer.resolve({ value: 1 });
    expect(await pending).toEqual(DONE);
    expect(await stream.next()).toEqual(DONE);
  });

  it('never pulls after return()', async () => {
    let pulls = 0;
    const stream = new Pulled(async () => ({ value: ++pulls }));
    await stream.return();
    expect(await stream.next()).toEqual(DONE);
    expect(pulls).toBe(0);
  });

  it('runs its end callbacks once, for every cause of its end', async () => {
    const stream = counting(1);
    await all(stream);
    await stream.return();
    await expect(stream.throw(new Error('late'))).rejects.toThrow('late');
    expect(stream.ends).toBe(1);
  });

  it('runs its end callbacks before return() gives its promise', () => {
    const stream = silent();
    void stream.return();
    expect(stream.ends).toBe(1);
  });

  it('runs a callback at once that is added after the end', async () => {
    const stream = counting(0);
    await stream.return();
    let ran = false;
    stream.onEnd(() => (ran = true));
    expect(ran).toBe(true);
  });

  it('ignores the errors of an end callback, and runs the others', async () => {
    const stream = silent();
    let ran = false;
    stream
      .onEnd(() => {
        throw new Error('thrown');
      })
      .onEnd(() => Promise.reject(new Error('rejected')))
      .onEnd(() => (ran = true));
    expect(await stream.return()).toEqual(DONE);
    expect(ran).toBe(true);
  });

  it('passes an error to the call of next() that met it, and ends', async () => {
    const stream = new Pulled<number>(() => Promise.reject(new Error('broken')));
    const [first, second] = [stream.next(), stream.next()];
    await expect(first).rejects.toThrow('broken');
    expect(await second).toEqual(DONE);
    expect(stream.ends).toBe(1);
  });

  it('leaves no rejection unhandled when a pull fails after return()', async () => {
    const answer = Promise.withResolvers<Step<number>>();
    const stream = new Pulled(() => answer.promise);
    const pending = stream.next();
    await new Promise(setImmediate);
    void stream.return();
    answer.reject(new Error('late'));
    expect(await pending).toEqual(DONE);
  });

  it('ends with the last item, before that is read', async () => {
    const stream = new Pulled(async () => ({ value: 1, isLast: true }));
    const first = stream.next();
    const second = stream.next();
    expect(await first).toEqual(value(1));
    expect(stream.ends).toBe(1);
    expect(await second).toEqual(DONE);
  });
});

describe('a mapped stream', () => {
  it('maps in order, skips null, and ends with its source', async () => {
    const source = counting(4);
    const even = mapStream(source, async (item) => (item % 2 ? null : item * 10));
    expect(await all(even)).toEqual([20, 40]);
    expect(source.ends).toBe(1);
  });

  it('ends its source at once, however many streams are between', async () => {
    const source = silent();
    const stream = mapStream(
      mapStream(source, (item) => item),
      (item) => item,
    );
    const pending = stream.next();
    void stream.return();
    expect(source.ends).toBe(1);
    expect(await pending).toEqual(DONE);
  });

  it('ends without its source when that never answers return()', async () => {
    const never = { next: () => new Promise<never>(() => {}), return: () => new Promise<never>(() => {}) };
    const stream = mapStream(never, (item) => item);
    const pending = stream.next();
    expect(await stream.return()).toEqual(DONE);
    expect(await pending).toEqual(DONE);
  });

  it('reads no further than its reader does', async () => {
    const source = counting(9);
    const stream = mapStream(source, (item) => item);
    await stream.next();
    expect(await source.next()).toEqual(value(2));
  });

  it.each(['source', 'map'])('passes an error of the %s and ends the source', async (where) => {
    const source = new Pulled<number>(async () => {
      if (where === 'source') throw new Error('broken');
      return { value: 1 };
    });
    const stream = mapStream(source, () => Promise.reject(new Error('broken')));
    await expect(stream.next()).rejects.toThrow('broken');
    expect(await stream.next()).toEqual(DONE);
    expect(source.ends).toBe(1);
  });

  it('turns an error into the last item if a conversion is given', async () => {
    const source = new Pulled<string>(() => Promise.reject(new Error('broken')));
    const stream = mapStream(
      source,
      (item) => item,
      (error) => `failed: ${(error as Error).message}`,
    );
    expect(await all(stream)).toEqual(['failed: broken']);
    expect(source.ends).toBe(1);
  });
});

describe('a queue', () => {
  const full = () => new Error('full');

  it('gives what was pushed before and while its reader waits', async () => {
    const queue = new QueueStream<number>({ max: 9, full });
    queue.push(2);
    queue.prepend([0, 1]);
    expect([await queue.next(), await queue.next(), await queue.next()]).toEqual([value(0), value(1), value(2)]);
    const pending = queue.next();
    queue.push(3);
    expect(await pending).toEqual(value(3));
  });

  it('closes at the bound: ends its source at once, gives what waits, then fails', async () => {
    const queue = new QueueStream<number>({ max: 2, full });
    let isLeft = false;
    queue.onEnd(() => (isLeft = true));
    for (const item of [1, 2, 3]) queue.push(item);
    expect(isLeft).toBe(true);
    expect(await queue.next()).toEqual(value(1));
    // There is room again, but an item between was lost.
    queue.push(4);
    expect(await queue.next()).toEqual(value(2));
    await expect(queue.next()).rejects.toThrow('full');
    expect(await queue.next()).toEqual(DONE);
  });

  it('gives what waits, and then the error with which it was closed, or its end', async () => {
    const [failed, completed] = [new QueueStream<number>({ max: 9, full }), new QueueStream<number>({ max: 9, full })];
    failed.push(1);
    completed.push(1);
    failed.close({ error: new Error('lost') });
    completed.close();
    failed.close();
    expect([await failed.next(), await completed.next()]).toEqual([value(1), value(1)]);
    await expect(failed.next()).rejects.toThrow('lost');
    expect(await completed.next()).toEqual(DONE);
  });

  it('drops what waits when its reader leaves', async () => {
    const queue = new QueueStream<number>({ max: 9, full });
    queue.push(1);
    await queue.return();
    queue.push(2);
    expect(await queue.next()).toEqual(DONE);
  });
});

describe('a bell', () => {
  it('wakes a waiting loop by a ring or after a time', async () => {
    const bell = new Bell();
    const rung = bell.wait(60_000);
    bell.ring();
    await rung;
    await bell.wait(1);
  });
});
