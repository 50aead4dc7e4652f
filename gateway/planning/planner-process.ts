import { fork, type ChildProcess } from 'node:child_process';
import type { Order, PlanReply, Reply } from './messages.ts';
import type { PlannerName } from './planner.ts';

const CHILD = new URL('./child.js', import.meta.url);
const HEAP_MB = 256;
/** Starts again above this: the native planner's memory is not bounded by the heap. */
const MAX_RSS_BYTES = 512 * 1024 * 1024;
const START_MS = 20_000;
/** Documents that were planned are kept by whoever asked, so a process in use is idle most of the time. */
const IDLE_MS = 60_000;
/** Of each the child keeps a planner; a reload brings another. */
const MAX_SUPERGRAPHS = 4;
const MAX_WAITING = 1_000;
const MAX_ERROR_TEXT = 2_000;

/** The process ended, or was ended for taking too long, while it planned this document. */
export class PlannerDied extends Error {}

/** No plan can be made now, whatever the document: the process does not start, or too many documents wait. */
export class PlannerUnavailable extends Error {}

export interface PlanRequest {
  supergraphSdl: string;
  engine: PlannerName;
  query: string;
  /** What takes longer is taken for something that does not end. */
  limitMs: number;
}

interface Job {
  request: PlanRequest;
  resolve(reply: PlanReply): void;
  reject(error: Error): void;
}

/**
 * A child process that makes plans. It starts with the first document, ends after a minute without one, and is given one
 * document at a time, so that the one which kills it is known. Nothing in it keeps this process from ending.
 */
export class PlannerProcess {
  readonly #waiting: Job[] = [];
  #child: ChildProcess | undefined;
  /** The supergraphs that the running child was told of, with their ids. */
  #told = new Map<string, number>();
  #isReady = false;
  #current: Job | undefined;
  #timer: NodeJS.Timeout | undefined;
  #nextId = 1;

  /** The id of the child while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Rejects with `PlannerDied` or `PlannerUnavailable`. */
  plan(request: PlanRequest): Promise<PlanReply> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= MAX_WAITING) return reject(new PlannerUnavailable('too many documents wait to be planned'));
      this.#waiting.push({ request, resolve, reject });
      this.#advance();
    });
  }

  /** Ends the child and what it was to plan. A later document starts another. */
  close(): void {
    const closed = new PlannerUnavailable('the planning process was closed');
    this.#current?.reject(closed);
    this.#current = undefined;
    this.#fail(closed);
    if (this.#child) this.#leave(this.#child);
  }

  #advance(): void {
    if (this.#current) return;
    if (this.#waiting.length === 0) return this.#rest();
    const child = this.#child ?? this.#start();
    child?.ref();
    child?.channel?.ref();
    if (!child || !this.#isReady) return;
    const job = (this.#current = this.#waiting.shift()!);
    const { supergraphSdl, engine, query, limitMs } = job.request;
    this.#send({ kind: 'plan', supergraph: this.#tell(supergraphSdl), engine, query });
    this.#endAfter(limitMs, child);
  }

  #tell(sdl: string): number {
    let id = this.#told.get(sdl);
    if (id !== undefined) return id;
    this.#told.set(sdl, (id = this.#nextId++));
    this.#send({ kind: 'supergraph', id, sdl });
    const [oldest] = this.#told;
    if (oldest && this.#told.size > MAX_SUPERGRAPHS) {
      this.#told.delete(oldest[0]);
      this.#send({ kind: 'forget', id: oldest[1] });
    }
    return id;
  }

  #start(): ChildProcess | undefined {
    try {
      const child = fork(CHILD, {
        env: {},
        execArgv: [`--max-old-space-size=${HEAP_MB}`, '--enable-source-maps'],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      let said = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-MAX_ERROR_TEXT)));
      (child.stderr as (NodeJS.ReadableStream & { unref?(): void }) | null)?.unref?.();
      child.on('message', (reply: Reply) => this.#receive(reply, child));
      child.once('error', (error) => this.#ended(child, error.message));
      child.once('close', (code, signal) => this.#ended(child, `it ended with ${signal ?? code}. ${said}`));
      this.#child = child;
      this.#endAfter(START_MS, child);
      return child;
    } catch (error) {
      this.#fail(new PlannerUnavailable('the planning process does not start', { cause: error }));
      return undefined;
    }
  }

  #receive(reply: Reply, child: ChildProcess): void {
    if (child !== this.#child) return;
    if (reply.kind === 'ready') {
      this.#isReady = true;
    } else {
      const job = this.#current;
      this.#current = undefined;
      job?.resolve(reply);
      if (reply.rssBytes > MAX_RSS_BYTES) this.#leave(child);
    }
    this.#advance();
  }

  #ended(child: ChildProcess, how: string): void {
    if (child !== this.#child) return;
    const wasReady = this.#isReady;
    this.#forgetChild();
    const job = this.#current;
    this.#current = undefined;
    job?.reject(new PlannerDied(how));
    // A child that never became ready would be started for each of them in vain.
    if (!wasReady) this.#fail(new PlannerUnavailable(`the planning process does not start: ${how}`));
    this.#advance();
  }

  #leave(child: ChildProcess): void {
    this.#forgetChild();
    child.kill('SIGKILL');
  }

  #forgetChild(): void {
    clearTimeout(this.#timer);
    this.#child = undefined;
    this.#isReady = false;
    this.#told = new Map();
  }

  #fail(error: PlannerUnavailable): void {
    for (const job of this.#waiting.splice(0)) job.reject(error);
  }

  #rest(): void {
    const child = this.#child;
    if (!child) return;
    child.unref();
    child.channel?.unref();
    this.#endAfter(IDLE_MS, child);
    this.#timer?.unref();
  }

  #endAfter(ms: number, child: ChildProcess): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => child.kill('SIGKILL'), ms);
  }

  #send(order: Order): void {
    // A child that has just ended is noticed by its exit.
    this.#child?.send(order, () => {});
  }
}
