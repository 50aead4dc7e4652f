/** The part of jest's results that is read here. */
interface Suite {
  testFilePath: string;
  skipped: boolean;
  testResults: { ancestorTitles: string[]; title: string; status: string }[];
}

/** Prints, after everything else, each suite that was skipped and the reason that its name gives (`describeWhen`). */
export default class SkippedReporter {
  onRunComplete(_contexts: unknown, { testResults }: { testResults: Suite[] }): void {
    const lines = testResults.flatMap(skippedIn);
    if (lines.length > 0) process.stderr.write(`\nSkipped here:\n${lines.join('\n')}\n`);
  }
}

function skippedIn({ testFilePath, testResults }: Suite): string[] {
  const counts = new Map<string, number>();
  for (const { ancestorTitles, title, status } of testResults) {
    if (status !== 'pending' && status !== 'todo') continue;
    const suite =
      [...ancestorTitles, title].find((part) => part.includes('skipped: ')) ?? `${ancestorTitles[0] ?? title} (no reason given)`;
    counts.set(suite, (counts.get(suite) ?? 0) + 1);
  }
  const file = testFilePath.replace(/^.*\/dist\//, '');
  return [...counts].map(([suite, count]) => `  ${file}: ${suite}, ${count} ${count === 1 ? 'test' : 'tests'}`);
}
