/** The part of Jest's results that is used here. */
interface Suite {
  testFilePath: string;
  testResults: { ancestorTitles: string[]; title: string; status: string }[];
}

/** Prints each skipped suite with the reason in its name. */
export default class Reporter {
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
