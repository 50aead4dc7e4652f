/** Metrics for Prometheus. Labels are of low cardinality and contain no user data. */
export interface Metrics {
  count(name: MetricOf<'counter'>, labels: Labels): void;
  /** Durations are in seconds. */
  observe(name: MetricOf<'histogram'>, value: number, labels?: Labels): void;
  /** Registers gauges that are read at each scrape. If `read` rejects, its gauges are omitted. */
  watch(read: () => Reading[] | Promise<Reading[]>): void;
  /** Returns all metrics in the Prometheus text format. */
  print(): Promise<{ type: string; text: string }>;
}

export type Labels = Readonly<Record<string, string | number>>;

export interface Reading {
  name: MetricOf<'gauge'>;
  value: number;
  labels?: Labels;
}

interface Metric {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Upper bounds of the histogram's buckets. */
  buckets?: readonly number[];
}

export type MetricOf<K extends Metric['kind']> = {
  [N in keyof typeof METRICS]: (typeof METRICS)[N]['kind'] extends K ? N : never;
}[keyof typeof METRICS];

const QUICK = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const SLOW = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** Every metric of the product; process metrics come from prom-client. */
export const METRICS = {
  parley_http_request_duration_seconds: {
    kind: 'histogram',
    help: 'Duration of HTTP requests by route pattern and status, without event streams.',
    labels: ['route', 'status'],
    buckets: QUICK,
  },
  parley_operations_total: {
    kind: 'counter',
    help: 'GraphQL operations by kind (query, mutation, subscription, refused) and outcome: OK, or the code of the first error.',
    labels: ['kind', 'outcome'],
  },
  parley_operation_duration_seconds: {
    kind: 'histogram',
    help: 'Duration of GraphQL operations; of a subscription, until it is established.',
    labels: ['kind'],
    buckets: QUICK,
  },
  parley_sockets: { kind: 'gauge', help: 'Open client WebSockets.', labels: [] },
  parley_subscriptions: { kind: 'gauge', help: 'Open client subscriptions, over WebSockets and event streams.', labels: [] },
  parley_fetch_duration_seconds: {
    kind: 'histogram',
    help: 'Duration of fetches from subgraphs. Outcome: answered, or failed without a response.',
    labels: ['subgraph', 'outcome'],
    buckets: QUICK,
  },
  parley_runs_active: { kind: 'gauge', help: 'Active runs of this worker.', labels: [] },
  parley_runs_started_total: { kind: 'counter', help: 'Runs that this worker started or took over.', labels: ['attempt'] },
  parley_runs_finished_total: { kind: 'counter', help: 'Runs that this worker finished, by status.', labels: ['status'] },
  parley_run_first_token_seconds: {
    kind: 'histogram',
    help: 'Time from a user message to the first stored token of its answer.',
    labels: [],
    buckets: SLOW,
  },
  parley_run_commit_duration_seconds: {
    kind: 'histogram',
    help: 'Duration of a run log commit, which covers all runs of the worker.',
    labels: [],
    buckets: QUICK,
  },
  parley_run_commit_events: {
    kind: 'histogram',
    help: 'Events per run log commit.',
    labels: [],
    buckets: [0, 1, 2, 5, 10, 25, 50, 100, 250, 500],
  },
  parley_queue_waiting_jobs: { kind: 'gauge', help: 'Jobs that are due, by queue.', labels: ['queue'] },
  parley_queue_oldest_seconds: { kind: 'gauge', help: 'Age of the oldest due job, by queue.', labels: ['queue'] },
  parley_archive_late_seconds: {
    kind: 'gauge',
    help: 'Seconds since WAL archiving began to fail, 0 if it succeeds; only if archiving is on.',
    labels: [],
  },
  parley_replica_usable: {
    kind: 'gauge',
    help: '1 if this process reads from the database replica, 0 if the replica is excluded.',
    labels: ['replica'],
  },
  parley_replica_behind_seconds: {
    kind: 'gauge',
    help: 'Upper bound on the replication lag of the replica.',
    labels: ['replica'],
  },
  parley_provider_calls_total: {
    kind: 'counter',
    help: 'Model provider calls (chat, embed, models) by outcome: OK, STOPPED by a user, or an error code.',
    labels: ['call', 'outcome'],
  },
  parley_provider_first_chunk_seconds: {
    kind: 'histogram',
    help: 'Time to the first chunk of a model, including retries.',
    labels: [],
    buckets: SLOW,
  },
  parley_rate_limit_refusals_total: { kind: 'counter', help: 'Requests rejected by a rate limit, by rule.', labels: ['rule'] },
} as const satisfies Record<`parley_${string}`, Metric>;
