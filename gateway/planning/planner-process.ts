import { fork, type ChildProcess } from 'node:child_process';
import type { Order, PlanReply, Reply } from './messages.ts';
import type { PlannerName } from './planner.ts';

const CHILD = new URL('./child.js', import.meta.url);
const HEAP_MB = 256;
/** The child is replaced above this: the heap limit does not bound the memory of the native planner. */
const MAX_RSS_BYTES = 512 * 1024 * 1024;
const START_MS = 20_000;
/** Callers cache plans, so the process is idle most of the time. */
const IDLE_MS = 60_000;
/** The child keeps a planner for each supergraph; a reload adds one. */
const MAX_SUPERGRAPHS = 4;
const MAX_WAITING = 1_000;
const MAX_ERROR_TEXT = 2_000;

/** The process crashed or was killed by a timeout while it planned this document. */
export class PlannerCrashed extends Error {}

/** Planning is unavailable for any document: the process does not start, or the queue is full. */
export class PlannerUnavailable extends Error {}

export interface PlanRequest {
  supergraphSdl: string;
  engine: PlannerName;
  query: string;
  /** Timeout, after which the process is killed. */
  limitMs: number;
}

interface Job {
  request: PlanRequest;
  resolve(reply: PlanReply): void;
  reject(error: Error): void;
}

/**
 * A child process that plans. Starts with the first document, ends after an idle minute, and gets one document at a time, so
 * that the document of a crash is known. Does not keep this process running.
 */
export class PlannerProcess {
  readonly #waiting: Job[] = [];
  #child: ChildProcess | undefined;
  /** The ids of the supergraphs that were sent to the running child, by SDL. */
  #sent = new Map<string, number>();
  #isReady = false;
  #current: Job | undefined;
  #timer: NodeJS.Timeout | undefined;
  #nextId = 1;

  /** The process id of the running child. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Rejects with `PlannerCrashed` or `PlannerUnavailable`. */
  plan(request: PlanRequest): Promise<PlanReply> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= MAX_WAITING) return reject(new PlannerUnavailable('too many documents wait to be planned'));
      this.#waiting.push({ request, resolve, reject });
      this.#advance();
    });
  }

  /** Kills the child and rejects waiting documents. A later document starts a new child. */
  close(): void {
    const closed = new PlannerUnavailable('the planning process was closed');
    this.#current?.reject(closed);
    this.#current = undefined;
    this.#fail(closed);
    if (this.#child) this.#leave(this.#child);
  }

  #advance(): void {
    if (this.#current) return;
    if (this.#waiting.length === 0) return this.#idle();
    const child = this.#child ?? this.#start();
    child?.ref();
    child?.channel?.ref();
    if (!child || !this.#isReady) return;
    const job = (this.#current = this.#waiting.shift()!);
    const { supergraphSdl, engine, query, limitMs } = job.request;
    this.#send({ kind: 'plan', supergraph: this.#idOf(supergraphSdl), engine, query });
    this.#endAfter(limitMs, child);
  }

  #idOf(sdl: string): number {
    let id = this.#sent.get(sdl);
    if (id !== undefined) return id;
    this.#sent.set(sdl, (id = this.#nextId++));
    this.#send({ kind: 'supergraph', id, sdl });
    const [oldest] = this.#sent;
    if (oldest && this.#sent.size > MAX_SUPERGRAPHS) {
      this.#sent.delete(oldest[0]);
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
      let output = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-MAX_ERROR_TEXT)));
      (child.stderr as (NodeJS.ReadableStream & { unref?(): void }) | null)?.unref?.();
      child.on('message', (reply: Reply) => this.#receive(reply, child));
      child.once('error', (error) => this.#ended(child, error.message));
      child.once('close', (code, signal) => this.#ended(child, `it ended with ${signal ?? code}. ${output}`));
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
    job?.reject(new PlannerCrashed(how));
    // A child that never became ready would fail for each waiting document.
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
    this.#sent = new Map();
  }

  #fail(error: PlannerUnavailable): void {
    for (const job of this.#waiting.splice(0)) job.reject(error);
  }

  #idle(): void {
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
    // Errors are ignored: the exit of the child is handled by its `close` event.
    this.#child?.send(order, () => {});
  }
}
