import { Failure } from '../../schema/errors.ts';
import type { Source, SourceResult } from '../../schema/source.ts';
import type { Ai, ChatChunk, ChatRequest } from '../ai/ai.ts';
import type { Database } from '../database/database.ts';
import type { Limits } from '../limits/limits.ts';
import type { Metrics, Reading } from '../metrics/metrics.ts';
import type { Queue } from '../queue/queue.ts';
import type { Traces } from '../traces/traces.ts';

/** Decorators that measure and trace the use of ports. */

interface Watchers {
  metrics: Metrics;
  traces: Traces;
}

/** Measures fetches from a subgraph and propagates the trace context with the request. */
export function instrumentedSource<S extends Source>(subgraph: string, source: S, { metrics, traces }: Watchers): Source {
  function fetch<T>(identity: { requestId: string }, ask: (traceparent: { traceparent?: string }) => Promise<T>): Promise<T> {
    const about = { kind: 'client', attributes: { subgraph, 'request.id': identity.requestId } } as const;
    return traces.span(`fetch ${subgraph}`, about, async ({ traceparent }) => {
      const began = performance.now();
      let outcome = 'failed';
      try {
        const answer = await ask(traceparent ? { traceparent } : {});
        outcome = 'answered';
        return answer;
      } finally {
        metrics.observe('parley_fetch_duration_seconds', (performance.now() - began) / 1000, { subgraph, outcome });
      }
    });
  }
  return {
    execute: (request, identity) => fetch(identity, (trace) => source.execute({ ...request, ...trace }, identity)),
    subscribe: (request, identity) => fetch(identity, (trace) => source.subscribe({ ...request, ...trace }, identity)),
  };
}

/** Traces a subgraph in its own process, within the trace of the request. */
export function tracedSource(subgraph: string, source: Source, traces: Traces): Source {
  return {
    execute({ traceparent, ...request }, identity) {
      const about = { kind: 'server', attributes: { subgraph, 'request.id': identity.requestId }, parent: traceparent } as const;
      return traces.span(`answer ${subgraph}`, about, async (span) => {
        const result = await source.execute(request, identity);
        failFrom(span, result);
        return result;
      });
    },
    subscribe({ traceparent, ...request }, identity) {
      const about = { kind: 'server', attributes: { subgraph, 'request.id': identity.requestId }, parent: traceparent } as const;
      return traces.span(`subscribe ${subgraph}`, about, async () => source.subscribe(request, identity));
    },
  };
}

function failFrom(span: { fail(code: string): void }, { errors }: SourceResult): void {
  const code = errors?.[0]?.extensions?.['code'];
  if (typeof code === 'string') span.fail(code);
}

/** Counts provider calls by outcome and measures the time to the first chunk. */
export function instrumentedAi(ai: Ai, { metrics, traces }: Watchers): Ai {
  async function counted<T>(call: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    let outcome = 'OK';
    try {
      return await traces.span(`provider ${call}`, { kind: 'client', attributes: {} }, work);
    } catch (error) {
      outcome = signal?.aborted ? 'STOPPED' : error instanceof Failure ? error.code : 'INTERNAL';
      throw error;
    } finally {
      metrics.count('parley_provider_calls_total', { call, outcome });
    }
  }

  /** The span of the generator lasts until its last chunk, represented by a promise. */
  async function* chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatChunk> {
    const finished = Promise.withResolvers<void>();
    const span = counted('chat', () => finished.promise, signal);
    span.catch(() => {});
    const began = performance.now();
    let isFirst = true;
    try {
      for await (const chunk of ai.chat(request, signal)) {
        if (isFirst) metrics.observe('parley_provider_first_chunk_seconds', (performance.now() - began) / 1000);
        isFirst = false;
        yield chunk;
      }
    } catch (error) {
      finished.reject(error);
      throw error;
    } finally {
      finished.resolve();
    }
  }

  return {
    chat,
    models: () => counted('models', () => ai.models()),
    embed: (texts, signal) => counted('embed', () => ai.embed(texts, signal), signal),
    get embedding() {
      return ai.embedding;
    },
  };
}

/** Counts rate-limited requests by rule. */
export function instrumentedLimits(limits: Limits, metrics: Metrics): Limits {
  return {
    async take(rule, key, points) {
      try {
        await limits.take(rule, key, points);
      } catch (error) {
        if (error instanceof Failure && error.code === 'RATE_LIMITED')
          metrics.count('parley_rate_limit_refusals_total', { rule: rule.name });
        throw error;
      }
    },
    reset: (rule, key) => limits.reset(rule, key),
    close: () => limits.close(),
  };
}

/** Reads the number and age of waiting jobs; the same in every process. */
export async function waitingJobs(queue: Queue): Promise<Reading[]> {
  const waiting = await queue.waiting();
  return waiting.flatMap(({ queue: name, jobs, oldestSeconds }) => [
    { name: 'parley_queue_waiting_jobs', value: jobs, labels: { queue: name } } as const,
    { name: 'parley_queue_oldest_seconds', value: oldestSeconds, labels: { queue: name } } as const,
  ]);
}

/** Reads the delay of WAL archiving; empty if archiving is off. */
export async function archiveOf(database: Database): Promise<Reading[]> {
  const value = await database.archiveLateSeconds();
  return value === undefined ? [] : [{ name: 'parley_archive_late_seconds', value }];
}

/** Reads the state and lag of the database's replicas. */
export function readingsOf({ replicas }: Database): Reading[] {
  return replicas.flatMap(({ name: replica, isUsable, secondsBehind }) => [
    { name: 'parley_replica_usable', value: isUsable ? 1 : 0, labels: { replica } } as const,
    ...(secondsBehind === undefined ? [] : [{ name: 'parley_replica_behind_seconds', value: secondsBehind, labels: { replica } } as const]),
  ]);
}
