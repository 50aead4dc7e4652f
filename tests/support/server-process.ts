import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const START_MS = 60_000;

/** An external server as a child process of the test, which can be stopped, killed, suspended and restarted. */
export class ServerProcess {
  #child: ChildProcess | undefined;

  readonly #command: readonly [string, ...string[]];
  /** The log line that says that it accepts connections. */
  readonly #ready: RegExp;
  readonly #options: SpawnOptions;

  constructor(command: readonly [string, ...string[]], ready: RegExp, options: SpawnOptions = {}) {
    this.#command = command;
    this.#ready = ready;
    this.#options = options;
  }

  /** Resolves once it is ready; rejects with its output when it ends before. */
  start(): Promise<void> {
    const [program, ...args] = this.#command;
    const child = spawn(program, args, { ...this.#options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const lines: string[] = [];
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => reject(new Error(`${program} ${reason}\n${lines.join('\n')}`));
      const timer = setTimeout(() => fail('was not ready in time'), START_MS);
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code) => fail(`ended with code ${code}`));
      for (const output of [child.stdout!, child.stderr!]) {
        createInterface({ input: output }).on('line', (line) => {
          lines.push(line);
          if (!this.#ready.test(line)) return;
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

  /** Kills the process with all its children at once, as a machine failure does. */
  async killTree(): Promise<void> {
    const pid = this.#child?.pid;
    if (!pid) return;
    // Suspends it first, so that it cannot start another child, which would outlive it.
    this.signal('SIGSTOP');
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    const ended = this.end('SIGKILL');
    for (const child of children) {
      try {
        process.kill(child, 'SIGKILL');
      } catch {
        // The process has ended by itself.
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

/** Returns false also for a zombie, whose parent has not read its exit code yet. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
