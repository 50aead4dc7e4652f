import { afterAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Planning } from '../../gateway/planning/planning.ts';
import type { PlannerName } from '../../gateway/planning/planner.ts';
import type { Log } from '../../infra/log.ts';
import { eventually } from '../support/eventually.ts';
import { openShop } from '../support/federation/shop.ts';

/** Planned as it stands, without canonical names, this document makes the native planner panic. */
const DEADLY = '{ conversation(id: "secret") { suggestedDocuments { id } id: activeRun { __typename } } }';
const product = readFileSync('schema/supergraph.graphql', 'utf8');

const open: Planning[] = [];
afterAll(() => open.forEach((planning) => planning.close()));

function openPlanning(name: PlannerName) {
  const said: string[] = [];
  const write = (...line: unknown[]) => void said.push(JSON.stringify(line));
  const planning = new Planning(name, { warn: write, error: write } as unknown as Log);
  open.push(planning);
  return { planning, said };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the planner', () => {
  it('survives a document that aborts the native planner, plans it by the other one, and remembers it', async () => {
    const { planning, said } = openPlanning('hive');
    const planner = planning.plannerFor(product);
    await planner.plan('{ viewer { id } }');
    const first = planning.process.pid;
    expect(await planner.plan(DEADLY)).toMatchObject({ kind: 'Sequence' });
    const second = planning.process.pid;
    expect(second).not.toBe(first);
    expect(await planner.plan(DEADLY)).toMatchObject({ kind: 'Sequence' });
    expect(planning.process.pid).toBe(second);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('panicked');
    expect(said[0]).not.toContain('secret');
  });

  it('lets the native planner rest after three documents that abort it', async () => {
    const { planning, said } = openPlanning('hive');
    const planner = planning.plannerFor(product);
    for (const id of ['a', 'b', 'c', 'd', 'e']) await planner.plan(DEADLY.replace('secret', id));
    expect(said.filter((line) => line.includes('crashed the planning process'))).toHaveLength(3);
    expect(said.filter((line) => line.includes('planner is paused'))).toHaveLength(1);
  });

  it('starts again after its process was killed, and ends with close', async () => {
    const { planning, said } = openPlanning('hive');
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
    expect(said).toEqual([]);
  });

  it('refuses what neither can plan with a code of its own, and logs it without its values', async () => {
    const { planning, said } = openPlanning('hive');
    const refused = planning.plannerFor(product).plan('{ viewer { nothing(of: "secret") } }');
    await expect(refused).rejects.toMatchObject({ code: 'QUERY_NOT_PLANNABLE', retryable: false });
    expect(said).toHaveLength(1);
    expect(said[0]).not.toContain('secret');
  });

  it.each<PlannerName>(['hive', 'apollo'])('%s gives its plans in the one form that is run here', async (name) => {
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
