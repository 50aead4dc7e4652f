import { breakProduct } from './variant.ts';

// For `node --import`: the follower of a run accepts each burst of the bus, also one that is not the next. Bursts that the
// bus lost, or delivered before the log was read, are then missing. A delay before the first read makes that certain.
const FOLLOWER = 'subgraphs/conversations/run/run-follower.js';
breakProduct(FOLLOWER, 'burst.attempt === attempt && burst.firstSeq <= seq + 1', 'true');
breakProduct(FOLLOWER, 'return follower;', 'await new Promise((resolve) => setTimeout(resolve, 300)); return follower;');
