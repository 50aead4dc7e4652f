import { bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { StoreCache } from './store.ts';

/** A cache within one process, of bounded size. */
export class MemoryCache extends StoreCache {
  constructor() {
    super(bentostore().useL1Layer(memoryDriver({ maxItems: 10_000, maxSize: '32mb', maxEntrySize: '1mb' })));
  }
}
