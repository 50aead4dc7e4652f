import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics/metrics.ts';
import { Failure } from '../../schema/errors.ts';

export interface MetricsRoute {
  metrics: Metrics;
  /** The required bearer token. */
  token: string | undefined;
  /** A public server without a token serves no metrics. */
  isPublic: boolean;
}

/** Records request durations and serves `/metrics`; unauthorized requests get 404. */
export function addMetrics(app: FastifyInstance, { metrics, token, isPublic }: MetricsRoute): void {
  app.addHook('onResponse', async ({ routeOptions, raw }, reply) => {
    // The duration of a stream is up to its reader.
    if (raw.url?.startsWith('/graphql/stream')) return;
    const labels = { route: routeOptions.url ?? 'none', status: reply.statusCode };
    metrics.observe('parley_http_request_duration_seconds', reply.elapsedTime / 1000, labels);
  });
  app.get('/metrics', async (request, reply) => {
    if (token ? !isSame(request.headers.authorization ?? '', `Bearer ${token}`) : isPublic)
      throw new Failure('NOT_FOUND', { reason: 'There is nothing at this address.' });
    const { type, text } = await metrics.print();
    return reply.type(type).send(text);
  });
}

/** Compares in constant time. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(one!, other!);
}
