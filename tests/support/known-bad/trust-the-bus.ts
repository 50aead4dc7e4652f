import { breakProduct } from './variant.ts';

// For `node --import`: whoever follows a run takes each burst as it comes, whether or not it is the next. What the bus
// lost, or told while the log was being read, is then missing or shown twice.
breakProduct(
  'subgraphs/conversations/run/run-follower.js',
  'burst.attempt === this.#at.attempt && burst.firstSeq === this.#at.seq + 1',
  'true',
);
