import { withTimeout } from '../../infra/async/timeout.ts';
import type { Ai } from '../../infra/ai/ai.ts';
import type { EventLoop } from './event-loop.ts';
import type { HealthStatus } from './health.type.ts';

const PATIENCE_MS = 2000;
const SLOW_MS = 500;
const LATE_LOOP_MS = 100;
/** Caches the result for a second. */
const FRESH_MS = 1000;

export interface PartHealth {
  name: string;
  status: keyof typeof HealthStatus;
  latencyMs: number | null;
  detail: string | null;
}

/** Checks all components concurrently, with a timeout of two seconds each. */
export class HealthService {
  readonly #ai: Ai;
  readonly #probes: Record<string, () => Promise<unknown>>;
  readonly #loop: EventLoop;
  #seen: { at: number; parts: Promise<PartHealth[]> } | undefined;

  constructor(parts: { ai: Ai; probes: Record<string, () => Promise<unknown>>; loop: EventLoop }) {
    this.#ai = parts.ai;
    this.#probes = parts.probes;
    this.#loop = parts.loop;
  }

  check(): Promise<PartHealth[]> {
    if (!this.#seen || Date.now() - this.#seen.at > FRESH_MS) this.#seen = { at: Date.now(), parts: this.#look() };
    return this.#seen.parts;
  }

  #look(): Promise<PartHealth[]> {
    const probes = Object.entries(this.#probes).map(([name, probe]) => answering(name, async () => void (await probe())));
    return Promise.all([...probes, answering('models', () => this.#models()), this.#eventLoop()]);
  }

  async #models(): Promise<string> {
    const models = (await this.#ai.models()).filter((model) => model.isLanguageModel);
    if (models.length === 0) return 'builtin: no language model is connected. Answers are quotes from documents.';
    return models.length === 1 ? '1 model is available.' : `${models.length} models are available.`;
  }

  async #eventLoop(): Promise<PartHealth> {
    const latencyMs = this.#loop.delayMs();
    const status = latencyMs > LATE_LOOP_MS ? 'DEGRADED' : 'UP';
    return { name: 'eventLoop', status, latencyMs, detail: 'By how much one timer in a hundred was late within the last minute.' };
  }
}

async function answering(name: string, ask: () => Promise<string | void>): Promise<PartHealth> {
  const since = performance.now();
  try {
    const answer = ask().then((detail) => ({ detail: detail ?? null }));
    const given = await withTimeout(answer, PATIENCE_MS, undefined);
    if (!given) throw new Error(`No answer within ${PATIENCE_MS / 1000} s.`);
    const latencyMs = Math.round((performance.now() - since) * 10) / 10;
    return { name, status: latencyMs > SLOW_MS ? 'DEGRADED' : 'UP', latencyMs, detail: given.detail };
  } catch (error) {
    return { name, status: 'DOWN', latencyMs: null, detail: error instanceof Error ? error.message : String(error) };
  }
}
