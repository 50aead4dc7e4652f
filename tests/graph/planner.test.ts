import { afterAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Planning } from '../../gateway/planning/planning.ts';
import type { PlannerName } from '../../gateway/planning/planner.ts';
import type { Log } from '../../infra/log.ts';
import { eventually } from '../support/eventually.ts';
import { openShop } from '../support/federation/shop.ts';

/** Makes the native planner panic unless it is planned with canonical names. */
const DEADLY = '{ conversation(id: "secret") { suggestedDocuments { id } id: activeRun { __typename } } }';
const product = readFileSync('schema/supergraph.graphql', 'utf8');

const open: Planning[] = [];
afterAll(() => open.forEach((planning) => planning.close()));

function openPlanning(name: PlannerName) {
  const logged: string[] = [];
  const write = (...line: unknown[]) => void logged.push(JSON.stringify(line));
  const planning = new Planning(name, { warn: write, error: write } as unknown as Log);
  open.push(planning);
  return { planning, logged };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the query planner', () => {
  it('survives a document that crashes the native planner, plans it by the fallback, and caches the plan', async () => {
    const { planning, logged } = openPlanning('hive');
    const planner = planning.plannerFor(product);
    await planner.plan('{ viewer { id } }');
    const first = planning.process.pid;
    expect(await planner.plan(DEADLY)).toMatchObject({ kind: 'Sequence' });
    const second = planning.process.pid;
    expect(second).not.toBe(first);
    expect(await planner.plan(DEADLY)).toMatchObject({ kind: 'Sequence' });
    expect(planning.process.pid).toBe(second);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('panicked');
    expect(logged[0]).not.toContain('secret');
  });

  it('pauses the native planner after three documents that crash it', async () => {
    const { planning, logged } = openPlanning('hive');
    const planner = planning.plannerFor(product);
    for (const id of ['a', 'b', 'c', 'd', 'e']) await planner.plan(DEADLY.replace('secret', id));
    expect(logged.filter((line) => line.includes('crashed the planning process'))).toHaveLength(3);
    expect(logged.filter((line) => line.includes('planner is paused'))).toHaveLength(1);
  });

  it('restarts after its process was killed, and ends on close', async () => {
    const { planning, logged } = openPlanning('hive');
    const planner = planning.plannerFor(product);
    await planner.plan('{ viewer { id } }');
    const first = planning.process.pid!;
    process.kill(first, 'SIGKILL');
    await eventually(
      async () => planning.process.pid,
      (pid) => pid === undefined,
    );
    await planner.plan('{ viewer { name } }');
    const second = planning.process.pid!;
    expect(second).not.toBe(first);
    planning.close();
    await eventually(
      async () => isAlive(second),
      (alive) => !alive,
    );
    expect(logged).toEqual([]);
  });

  it('refuses a document that neither planner can plan with QUERY_NOT_PLANNABLE, and logs it without its values', async () => {
    const { planning, logged } = openPlanning('hive');
    const refused = planning.plannerFor(product).plan('{ viewer { nothing(of: "secret") } }');
    await expect(refused).rejects.toMatchObject({ code: 'QUERY_NOT_PLANNABLE', retryable: false });
    expect(logged).toHaveLength(1);
    expect(logged[0]).not.toContain('secret');
  });

  it.each<PlannerName>(['hive', 'apollo'])('%s gives its plans in the common form', async (name) => {
    const { supergraphSdl } = await openShop(name);
    const { planning } = openPlanning(name);
    const planner = planning.plannerFor(supergraphSdl);
    expect(await planner.plan('subscription ($c: Currency) { itemAdded { title price(currency: $c) } }')).toMatchObject({
      kind: 'Subscription',
      primary: { kind: 'RootFetch', subgraph: 'catalog', path: [], variables: [] },
      rest: { kind: 'EntityFetch', subgraph: 'prices', variables: ['c'], batches: [{ key: '_entities', paths: [['itemAdded']] }] },
    });
    expect(await planner.plan('{ book(id: "b1") { related { postage } } }')).toMatchObject({
      kind: 'Sequence',
      nodes: [
        { kind: 'RootFetch', subgraph: 'catalog' },
        { kind: 'EntityFetch', subgraph: 'ship-ping', batches: [{ paths: [['book', 'related']] }] },
      ],
    });
  });
});
