import { afterEach, expect, jest } from '@jest/globals';
import { unexpectedExits, findSharedExits } from './unexpected-exits.ts';

// Only suites that start the product may retry a test, once: on a busy machine one may miss its deadline.
// The run lists each retried test and fails when there are more than three (summary.ts).
if (/\/dist\/tests\/(?:processes|graph|web)\//.test(expect.getState().testPath ?? '')) jest.retryTimes(1, { logErrorsBeforeRetry: true });

// Fails the test during which a product ends unexpectedly, even if the test does not notice.
afterEach(() => {
  findSharedExits();
  const [death] = unexpectedExits.splice(0);
  if (death) throw new Error(death);
});
