import { breakProduct } from './variant.ts';

// For `node --import`: whoever follows a run takes each burst as it comes, whether or not it is the next. What the bus
// lost, or told while the log was being read, is then missing.
breakProduct('subgraphs/conversations/run/run-follower.js', 'burst.attempt === attempt && burst.firstSeq <= seq + 1', 'true');
