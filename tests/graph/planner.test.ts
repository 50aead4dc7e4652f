import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadPlanner, type PlannerName } from '../../gateway/planner.ts';
import { openLog } from '../../infra/log.ts';
import { openShop } from '../support/federation/shop.ts';

const PROBE = fileURLToPath(new URL('../support/federation/planner-probe.js', import.meta.url));

describe('the planner', () => {
  it('is the one in JavaScript where the native one does not load, and says so', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [PROBE]);
    expect(JSON.parse(stdout)).toEqual({
      planner: 'ApolloPlanner',
      plan: { kind: 'RootFetch', subgraph: 'only', query: '{field}', variables: [], path: [], outputRewrites: [] },
      warnings: [expect.stringContaining('native query planner')],
    });
  });

  it.each<PlannerName>(['hive', 'apollo'])('%s gives its plans in the one form that is run here', async (name) => {
    const { supergraphSdl } = await openShop(name);
    const planner = (await loadPlanner(name, openLog('silent')))(supergraphSdl);
    expect(planner.plan('subscription ($c: Currency) { itemAdded { title price(currency: $c) } }')).toMatchObject({
      kind: 'Subscription',
      primary: { kind: 'RootFetch', subgraph: 'catalog', path: [], variables: [] },
      rest: { kind: 'EntityFetch', subgraph: 'prices', variables: ['c'], batches: [{ key: '_entities', paths: [['itemAdded']] }] },
    });
    expect(planner.plan('{ book(id: "b1") { related { postage } } }')).toMatchObject({
      kind: 'Sequence',
      nodes: [
        { kind: 'RootFetch', subgraph: 'catalog' },
        { kind: 'EntityFetch', subgraph: 'ship-ping', batches: [{ paths: [['book', 'related']] }] },
      ],
    });
  });
});
