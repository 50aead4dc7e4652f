/** The printed table of a drill: each step with its duration and result, as it happens. */
export class Report {
  constructor() {
    process.stdout.write('| Step | Time | What came of it |\n| --- | --- | --- |\n');
  }

  row(step: string, time: string, what: string): void {
    process.stdout.write(`| ${step} | ${time} | ${what} |\n`);
  }

  async step<T>(name: string, work: () => Promise<T>, what: (value: T) => string = () => ''): Promise<T> {
    const began = performance.now();
    const value = await work();
    this.row(name, seconds(performance.now() - began), what(value));
    return value;
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
