import { jest } from '@jest/globals';

// Most tests start real processes; on a machine that is busy with something else one may miss its deadline. Such a
// test is tried once more, and the reporter names it: what needs a second try again and again is broken.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
