/** The metrics of a process, as `/metrics` exports them. */
export interface ReadMetrics {
  text: string;
  /** Names of all exported series, with `_bucket`, `_count` and `_sum` of histograms. */
  names: ReadonlySet<string>;
  /** Returns the sum over all series with these labels; 0 where there is none. */
  sum(name: string, labels?: Record<string, string>): number;
}

export async function readMetrics(url: string, token?: string): Promise<ReadMetrics> {
  const response = await fetch(`${url}/metrics`, { headers: token ? { authorization: `Bearer ${token}` } : {} });
  if (response.status !== 200) throw new Error(`/metrics answers ${response.status}`);
  const text = await response.text();
  const series = [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name, labels = '', value]) => ({
    name: name!,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, of]) => [label, of])),
    value: Number(value),
  }));
  return {
    text,
    names: namesIn(text),
    sum(name, wanted = {}) {
      const fitting = series.filter((one) => one.name === name && Object.entries(wanted).every(([label, of]) => one.labels[label] === of));
      return fitting.reduce((sum, { value }) => sum + value, 0);
    },
  };
}

/** Reads the declarations, because a metric without a value yet has no series. */
export function namesIn(text: string): Set<string> {
  const declared = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  return new Set(
    declared.flatMap(([, name, type]) => (type === 'histogram' ? ['_bucket', '_count', '_sum'].map((end) => `${name}${end}`) : [name!])),
  );
}
