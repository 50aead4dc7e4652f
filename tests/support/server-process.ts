import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const START_MS = 60_000;

/** A server of another house as a child of the test: it can be stopped, killed, put to sleep and started again. */
export class ServerProcess {
  #child: ChildProcess | undefined;

  constructor(
    private readonly command: readonly [string, ...string[]],
    /** The line that says that it takes connections. */
    private readonly ready: RegExp,
    private readonly options: SpawnOptions = {},
  ) {}

  /** Resolves once it is ready; rejects with what it said when it ends before. */
  start(): Promise<void> {
    const [program, ...args] = this.command;
    const child = spawn(program, args, { ...this.options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const said: string[] = [];
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => reject(new Error(`${program} ${reason}\n${said.join('\n')}`));
      const timer = setTimeout(() => fail('was not ready in time'), START_MS);
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code) => fail(`ended with code ${code}`));
      for (const output of [child.stdout!, child.stderr!]) {
        createInterface({ input: output }).on('line', (line) => {
          said.push(line);
          if (!this.ready.test(line)) return;
          clearTimeout(timer);
          resolve();
        });
      }
    });
  }

  /** Null while it runs, and when a signal ended it. */
  get exitCode(): number | null {
    return this.#child?.exitCode ?? null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Kills it with everything that it has started, at once: as the machine would. */
  async killFamily(): Promise<void> {
    const pid = this.#child?.pid;
    if (!pid) return;
    // It may be about to have another child, which would outlive it.
    this.signal('SIGSTOP');
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    const ended = this.end('SIGKILL');
    for (const child of children) {
      try {
        process.kill(child, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    await ended;
    for (const child of children) while (isAlive(child)) await pause(5);
  }

  /** Resolves once it has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}

/** False also for one that has ended and that nobody has asked after yet. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
