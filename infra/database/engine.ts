import { Worker } from 'node:worker_threads';
import type { EngineAnswer, EngineFault, EngineResult, EngineSettings, EngineTask } from './engine-thread.ts';
import { SessionLock } from './session-lock.ts';

/** Restarts of the thread per minute; more suggest a cause that a restart does not remove. */
const MAX_LOSSES = 3;
const LOSSES_WITHIN_MS = 60_000;
/** `crash_shutdown`: pending statements fail with the SQLSTATE of a server restart. */
const LOST = '57P02';

export interface Answer<Row> {
  rows: Row[];
  affectedRows: number | undefined;
}

export interface Transaction {
  query<Row = any>(sql: string, params?: readonly unknown[], textDates?: boolean): Promise<Answer<Row>>;
  exec<Row = any>(sql: string, textDates?: boolean): Promise<Answer<Row>[]>;
}

export interface EngineEvents {
  /** The thread has died and is restarted; committed data is recovered. */
  onLoss(error: Error): void;
  /** The thread has died too often and is not restarted. */
  onEnd(error: Error): void;
}

interface Pending {
  resolve(results: EngineResult[]): void;
  reject(error: Error): void;
}

type Task = EngineTask extends infer Each ? (Each extends EngineTask ? Omit<Each, 'id'> : never) : never;

/** A PostgreSQL error with its fields. */
export class StatementError extends Error {
  constructor({ message, stack, fields }: EngineFault) {
    super(message);
    // Some fields repeat values of a row, so they are readable but not enumerable: printing the error omits them.
    for (const [name, value] of Object.entries(fields))
      Object.defineProperty(this, name, { value, enumerable: name === 'code', writable: true });
    if (stack) this.stack = stack;
  }
}

/**
 * Runs PGlite in a worker thread, so that no statement blocks the event loop. PGlite has a single session: statements
 * run in the order in which they were submitted, and a transaction has exclusive access to the session.
 */
export class Engine implements Transaction {
  readonly #settings: EngineSettings;
  readonly #events: EngineEvents;
  readonly #lock = new SessionLock();
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, Set<(payload: string) => void>>();
  #losses: number[] = [];
  #worker: Worker | undefined;
  #nextId = 1;
  /** Counts thread starts: a transaction cannot continue in the next thread. */
  #generation = 0;
  #isClosing = false;

  private constructor(settings: EngineSettings, events: EngineEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  static async open(settings: EngineSettings, events: EngineEvents): Promise<Engine> {
    const engine = new Engine(settings, events);
    await engine.#start();
    return engine;
  }

  query<Row = any>(sql: string, params: readonly unknown[] = [], textDates = false): Promise<Answer<Row>> {
    return new Promise((resolve, reject) =>
      this.#lock.acquireShared(() =>
        this.#send(
          { kind: 'query', sql, params: [...params], textDates, begins: false },
          (results) => resolve(toAnswer(results[0]!)),
          reject,
        ),
      ),
    );
  }

  /** Runs any number of statements without parameters, over the simple protocol. */
  exec<Row = any>(sql: string, textDates = false): Promise<Answer<Row>[]> {
    return new Promise((resolve, reject) =>
      this.#lock.acquireShared(() =>
        this.#send({ kind: 'exec', sql, textDates, begins: false, undoes: true }, (results) => resolve(results.map(toAnswer<Row>)), reject),
      ),
    );
  }

  /** `body` must use only the given transaction: any other statement waits for its end, i.e. deadlocks. */
  async transaction<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    await this.#hold();
    const generation = this.#generation;
    let hasBegun = false;
    const ask = (task: (begins: boolean) => Task): Promise<EngineResult[]> => {
      if (generation !== this.#generation) return Promise.reject(lost());
      // BEGIN is sent with the first statement, which saves a round trip between the threads.
      const begins = !hasBegun;
      hasBegun = true;
      return this.#ask(task(begins));
    };
    const end = async (sql: 'commit' | 'rollback') => {
      if (hasBegun) await ask((begins) => ({ kind: 'exec', sql, textDates: false, begins, undoes: false }));
    };
    try {
      const value = await body({
        query: async <Row>(sql: string, params: readonly unknown[] = [], textDates = false) =>
          toAnswer<Row>((await ask((begins) => ({ kind: 'query', sql, params: [...params], textDates, begins })))[0]!),
        exec: async <Row>(sql: string, textDates = false) =>
          (await ask((begins) => ({ kind: 'exec', sql, textDates, begins, undoes: false }))).map(toAnswer<Row>),
      });
      await end('commit');
      return value;
    } catch (error) {
      // If the thread has died, its transaction has ended, too.
      await end('rollback').catch(() => undefined);
      throw error;
    } finally {
      this.#lock.release();
    }
  }

  /** Runs `body` while the engine is idle. */
  async runExclusive<T>(body: () => Promise<T>): Promise<T> {
    await this.#hold();
    try {
      await this.#ask({ kind: 'settle' });
      return await body();
    } finally {
      this.#lock.release();
    }
  }

  /** Subscribes to NOTIFY messages of a channel. Returns an unsubscribe function. */
  async listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    await this.#inTurn({ kind: 'listen', channel });
    return async () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
      this.#listeners.delete(channel);
      await this.#inTurn({ kind: 'unlisten', channel });
    };
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    await this.#hold();
    this.#isClosing = true;
    await this.#ask({ kind: 'close' });
    await this.#worker?.terminate();
    this.#reject(new Error('The database is closed.'));
  }

  get isClosed(): boolean {
    return this.#isClosing;
  }

  #hold(): Promise<void> {
    return new Promise((resolve) => this.#lock.acquireExclusive(resolve));
  }

  #inTurn(task: Task): Promise<EngineResult[]> {
    return new Promise((resolve, reject) => this.#lock.acquireShared(() => this.#send(task, resolve, reject)));
  }

  #ask(task: Task): Promise<EngineResult[]> {
    return new Promise((resolve, reject) => this.#send(task, resolve, reject));
  }

  #send(task: Task, resolve: Pending['resolve'], reject: Pending['reject']): void {
    if (!this.#worker) return reject(this.#isClosing ? new Error('The database is closed.') : lost());
    const id = this.#nextId++;
    try {
      this.#worker.postMessage({ ...task, id } as EngineTask);
      this.#pending.set(id, { resolve, reject });
    } catch (error) {
      // The parameters cannot be cloned between threads.
      reject(error as Error);
    }
  }

  /** Starts a thread and resolves when it has opened the database. */
  #start(): Promise<void> {
    const worker = new Worker(new URL('./engine-thread.js', import.meta.url), { workerData: this.#settings, name: 'database' });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let cause: Error | undefined;
    worker.on('error', (error: Error) => (cause = error));
    worker.on('messageerror', (error: Error) => (cause = error));
    worker.on('message', (answer: EngineAnswer) => {
      if (!('opened' in answer)) return this.#take(answer);
      this.#worker = worker;
      resolve();
    });
    worker.once('exit', () => {
      const error = cause ?? new Error('The thread of the database has ended.');
      reject(error);
      if (this.#worker === worker) this.#lose(error);
    });
    return promise;
  }

  #take(answer: Exclude<EngineAnswer, { opened: true }>): void {
    if ('channel' in answer) return this.#listeners.get(answer.channel)?.forEach((listener) => listener(answer.payload));
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('results' in answer) pending?.resolve(answer.results);
    else pending?.reject(new StatementError(answer.fault));
  }

  /** Fails pending statements and starts another thread, which recovers committed data from the disk. */
  #lose(error: Error): void {
    this.#worker = undefined;
    this.#generation += 1;
    this.#reject(lost());
    if (this.#isClosing) return;
    const now = performance.now();
    this.#losses = [...this.#losses.filter((at) => now - at < LOSSES_WITHIN_MS), now];
    if (this.#losses.length > MAX_LOSSES) return this.#events.onEnd(error);
    this.#events.onLoss(error);
    this.#start().then(
      () => [...this.#listeners.keys()].forEach((channel) => void this.#ask({ kind: 'listen', channel }).catch(() => undefined)),
      (failure: Error) => this.#events.onEnd(failure),
    );
  }

  #reject(error: Error): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const each of pending) each.reject(error);
  }
}

function lost(): StatementError {
  return new StatementError({ message: 'The database was lost and is being opened again.', stack: undefined, fields: { code: LOST } });
}

function toAnswer<Row>({ columns, rows, affectedRows }: EngineResult): Answer<Row> {
  return { rows: rows.map((row) => toRow(columns, row)) as Row[], affectedRows };
}

function toRow(columns: string[], values: unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (let index = 0; index < columns.length; index += 1) row[columns[index]!] = values[index];
  return row;
}
