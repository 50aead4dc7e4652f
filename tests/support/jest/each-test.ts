import { afterEach, expect, jest } from '@jest/globals';
import { deaths, findSharedDeaths } from './deaths.ts';

// Only suites that start the product may retry a test, once: on a busy machine one may miss its deadline.
// The run lists each retried test and fails when there are more than three (summary.ts).
if (/\/dist\/tests\/(?:processes|graph|web)\//.test(expect.getState().testPath ?? '')) jest.retryTimes(1, { logErrorsBeforeRetry: true });

// A product that ends when nobody ended it is a failure of the test it happens in, whatever that test looks at.
afterEach(() => {
  findSharedDeaths();
  const [death] = deaths.splice(0);
  if (death) throw new Error(death);
});
