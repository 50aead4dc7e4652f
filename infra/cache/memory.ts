import { bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { StoreCache } from './store.ts';

/** A cache of bounded size within one process. */
export class MemoryCache extends StoreCache {
  constructor() {
    super(bentostore().useL1Layer(memoryDriver({ maxItems: 10_000, maxSize: '32mb', maxEntrySize: '1mb' })));
  }
}
