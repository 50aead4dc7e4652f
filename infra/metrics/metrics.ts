/** What is counted and measured, to be read by Prometheus. Labels name kinds of things, never a person or a text. */
export interface Metrics {
  count(name: MetricOf<'counter'>, labels: Labels): void;
  /** Durations are in seconds. */
  observe(name: MetricOf<'histogram'>, value: number, labels?: Labels): void;
  /** `read` is called whenever the metrics are; what it cannot tell is missing from them. */
  watch(read: () => Reading[] | Promise<Reading[]>): void;
  /** Everything in the text format of Prometheus. */
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
  /** Upper bounds of a histogram's buckets. */
  buckets?: readonly number[];
}

export type MetricOf<K extends Metric['kind']> = {
  [N in keyof typeof METRICS]: (typeof METRICS)[N]['kind'] extends K ? N : never;
}[keyof typeof METRICS];

const QUICK = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const SLOW = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** Every metric of our own; those of the process come from Prometheus' client. */
export const METRICS = {
  parley_http_request_duration_seconds: {
    kind: 'histogram',
    help: 'From the head of a request to the end of its answer, by the pattern of its address; without event streams.',
    labels: ['route', 'status'],
    buckets: QUICK,
  },
  parley_operations_total: {
    kind: 'counter',
    help: 'Operations of clients by kind (query, mutation, subscription, refused) and outcome: OK, or the code of the first error.',
    labels: ['kind', 'outcome'],
  },
  parley_operation_duration_seconds: {
    kind: 'histogram',
    help: 'From the admission of an operation to its answer; of a subscription, to its beginning.',
    labels: ['kind'],
    buckets: QUICK,
  },
  parley_sockets: { kind: 'gauge', help: 'Open WebSockets of clients.', labels: [] },
  parley_subscriptions: { kind: 'gauge', help: 'Open subscriptions of clients, over sockets and event streams.', labels: [] },
  parley_fetch_duration_seconds: {
    kind: 'histogram',
    help: 'Fetches of the graph from a subgraph. Outcome: answered, or failed where no answer came.',
    labels: ['subgraph', 'outcome'],
    buckets: QUICK,
  },
  parley_runs_active: { kind: 'gauge', help: 'Answers that this worker is writing.', labels: [] },
  parley_runs_started_total: { kind: 'counter', help: 'Answers that this worker began or took over.', labels: ['attempt'] },
  parley_runs_finished_total: { kind: 'counter', help: 'Answers that this worker ended, by status.', labels: ['status'] },
  parley_run_first_token_seconds: {
    kind: 'histogram',
    help: 'From the message of a person to the first stored token of its answer.',
    labels: [],
    buckets: SLOW,
  },
  parley_run_commit_duration_seconds: {
    kind: 'histogram',
    help: 'One commit of the run log, for all runs of the worker.',
    labels: [],
    buckets: QUICK,
  },
  parley_run_commit_events: {
    kind: 'histogram',
    help: 'Events in one commit of the run log.',
    labels: [],
    buckets: [0, 1, 2, 5, 10, 25, 50, 100, 250, 500],
  },
  parley_queue_waiting_jobs: { kind: 'gauge', help: 'Jobs that could be worked on now, by queue.', labels: ['queue'] },
  parley_queue_oldest_seconds: { kind: 'gauge', help: 'How long the oldest of them has been waiting.', labels: ['queue'] },
  parley_archive_late_seconds: {
    kind: 'gauge',
    help: 'For how long the database has failed to archive its log, 0 while it does; only where it keeps an archive.',
    labels: [],
  },
  parley_replica_usable: {
    kind: 'gauge',
    help: 'Whether this process reads from a replica of the database: 1, or 0 while it is away or too far behind.',
    labels: ['replica'],
  },
  parley_replica_behind_seconds: {
    kind: 'gauge',
    help: 'For how long, at most, the replica has been without something that the primary has.',
    labels: ['replica'],
  },
  parley_provider_calls_total: {
    kind: 'counter',
    help: 'Calls of model providers (chat, embed, models) by outcome: OK, STOPPED by a person, or the code of the failure.',
    labels: ['call', 'outcome'],
  },
  parley_provider_first_chunk_seconds: {
    kind: 'histogram',
    help: 'From the request to a model to its first chunk, retries included.',
    labels: [],
    buckets: SLOW,
  },
  parley_rate_limit_refusals_total: { kind: 'counter', help: 'Attempts refused because too many came before, by rule.', labels: ['rule'] },
} as const satisfies Record<`parley_${string}`, Metric>;
