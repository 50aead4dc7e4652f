/** The part of jest's results that is read here. */
interface Suite {
  testFilePath: string;
  skipped: boolean;
  testResults: { ancestorTitles: string[]; title: string; status: string; invocations?: number }[];
}

/** Prints, after everything else, what passed only at a second try, and each suite that was skipped with the reason that its name gives. */
export default class Reporter {
  onRunComplete(_contexts: unknown, { testResults }: { testResults: Suite[] }): void {
    const again = testResults.flatMap(triedAgainIn);
    if (again.length > 0) process.stderr.write(`\nPassed at the second try:\n${again.join('\n')}\n`);
    const lines = testResults.flatMap(skippedIn);
    if (lines.length > 0) process.stderr.write(`\nSkipped here:\n${lines.join('\n')}\n`);
  }
}

function triedAgainIn({ testFilePath, testResults }: Suite): string[] {
  const file = testFilePath.replace(/^.*\/dist\//, '');
  return testResults
    .filter(({ status, invocations = 1 }) => status === 'passed' && invocations > 1)
    .map(({ ancestorTitles, title }) => `  ${file}: ${[...ancestorTitles, title].join(' › ')}`);
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
