import { afterEach, jest } from '@jest/globals';
import { deaths } from './deaths.ts';

// Most tests start real processes; on a machine that is busy with something else one may miss its deadline. Such a
// test is tried once more, and the reporter names it: what needs a second try again and again is broken.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

// A product that ends when nobody ended it is a failure of the test it happens in, whatever that test looks at.
afterEach(() => {
  const [death] = deaths.splice(0);
  if (death) throw new Error(death);
});
