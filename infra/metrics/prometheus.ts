import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { METRICS, type Labels, type MetricOf, type Metrics, type Reading } from './metrics.ts';

type Read = () => Reading[] | Promise<Reading[]>;

/** Metrics of this process, kept by prom-client. Gauges are computed at each scrape. */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #reads: Read[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    for (const [name, { kind, help, labels, ...more }] of Object.entries(METRICS)) {
      const options = { name, help, labelNames: [...labels], registers: [this.#registry] };
      if (kind === 'counter') this.#counters.set(name, new Counter(options));
      else if (kind === 'gauge') this.#gauges.set(name, new Gauge(options));
      else this.#histograms.set(name, new Histogram({ ...options, ...('buckets' in more ? { buckets: [...more.buckets] } : {}) }));
    }
  }

  count(name: MetricOf<'counter'>, labels: Labels): void {
    this.#counters.get(name)!.inc(labels);
  }

  observe(name: MetricOf<'histogram'>, value: number, labels: Labels = {}): void {
    this.#histograms.get(name)!.observe(labels, value);
  }

  watch(read: Read): void {
    this.#reads.push(read);
  }

  async print(): Promise<{ type: string; text: string }> {
    const read = await Promise.allSettled(this.#reads.map(async (each) => each()));
    // Removes series without a current value, for example of an empty queue.
    for (const gauge of this.#gauges.values()) gauge.reset();
    for (const { name, labels = {}, value } of read.flatMap((each) => (each.status === 'fulfilled' ? each.value : [])))
      this.#gauges.get(name)!.set(labels, value);
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
