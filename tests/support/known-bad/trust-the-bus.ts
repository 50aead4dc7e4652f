import { breakProduct } from './variant.ts';

// For `node --import`: whoever follows a run takes each burst as it comes, whether or not it is the next. What the bus
// told after another burst was lost, or before the log was read to where it goes on, is then missing. A reader that is
// a little late for its first look makes that certain.
const FOLLOWER = 'subgraphs/conversations/run/run-follower.js';
breakProduct(FOLLOWER, 'burst.attempt === attempt && burst.firstSeq <= seq + 1', 'true');
breakProduct(FOLLOWER, 'return follower;', 'await new Promise((resolve) => setTimeout(resolve, 300)); return follower;');
