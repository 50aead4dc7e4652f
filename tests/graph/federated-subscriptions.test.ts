import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PlannerName } from '../../gateway/planning/planner.ts';
import type { GraphResult } from '../../gateway/execution/request.ts';
import { Failure } from '../../schema/errors.ts';
import { openShop, SOMEBODY, type Shop } from '../support/federation/shop.ts';

const ADDED = 'subscription { itemAdded { title price } }';
const DONE = { done: true, value: undefined };

describe.each<PlannerName>(['hive', 'apollo'])('a federated subscription, planned by %s', (planner) => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop(planner);
  });

  const read = async (events: AsyncIterator<GraphResult>, count: number) => {
    const results: unknown[] = [];
    for (let index = 0; index < count; index++) results.push(JSON.parse(JSON.stringify((await events.next()).value)));
    return results;
  };

  it('streams from its owning subgraph, and other subgraphs complete each event in its order', async () => {
    const events = await shop.follow(ADDED);
    // The first event takes longer than the second and must still arrive first.
    let asked = 0;
    shop.subgraphs.prices.before = () => (asked++ === 0 ? new Promise((resolve) => setImmediate(resolve)) : Promise.resolve());
    shop.opened.itemAdded!.push('b1', 'f1', 'b2');
    shop.opened.itemAdded!.end();
    const results = await Promise.all([events.next(), events.next(), events.next(), events.next()]);
    expect(results.map(({ value }) => value?.data.itemAdded)).toEqual([
      { title: 'Walden', price: 'b1 EUR' },
      { title: 'Ran', price: 'f1 EUR' },
      { title: 'Emma', price: 'b2 EUR' },
      undefined,
    ]);
    expect(results.at(-1)).toEqual(DONE);
  });

  it('supports aliases, fragments, variables and conditions', async () => {
    const events = await shop.follow(
      `subscription S($upper: Boolean = true, $c: Currency!, $with: Boolean!) { new: itemAdded { name: title(upper: $upper) ...P @include(if: $with) ... on Film { by: director { name @skip(if: $with) id } } } }
       fragment P on Item { kind: __typename cost: price(currency: $c) ... on Book { postage(express: $with) } }`,
      { c: 'USD', with: true },
    );
    shop.opened.itemAdded!.push('b1', 'f1');
    expect(await read(events, 2)).toEqual([
      { data: { new: { name: 'WALDEN', kind: 'Book', cost: 'b1 USD', postage: '500 g express' } } },
      { data: { new: { name: 'RAN', kind: 'Film', cost: 'f1 USD', by: { id: 'p2' } } } },
    ]);
  });

  it('asks no other subgraph for events without fields of others', async () => {
    const events = await shop.follow('subscription { tick { count item { id price } } }');
    shop.opened.tick!.push({ count: 1, item: null }, { count: 2, item: null });
    expect(await read(events, 2)).toEqual([{ data: { tick: { count: 1, item: null } } }, { data: { tick: { count: 2, item: null } } }]);
    expect(shop.subgraphs.prices.requests).toEqual([]);
  });

  it('carries the identity of the subscriber to the owning subgraph and to the others', async () => {
    const events = await shop.follow(ADDED);
    shop.opened.itemAdded!.push('b1');
    await events.next();
    expect([...shop.subgraphs.catalog.identities, ...shop.subgraphs.prices.identities]).toEqual([SOMEBODY, SOMEBODY]);
  });

  it('continues after an event with a failed field', async () => {
    const events = await shop.follow('subscription { itemAdded { title ... on Book { authors { mood } } } }');
    shop.opened.itemAdded!.push('b2', 'nothing', 'b1');
    expect(await read(events, 3)).toMatchObject([
      {
        data: { itemAdded: { title: 'Emma', authors: [{ mood: null }, { mood: 'fine' }] } },
        errors: [{ path: ['itemAdded', 'authors', 0, 'mood'], extensions: { code: 'FORBIDDEN' } }],
      },
      { data: null, errors: [{ path: ['itemAdded'] }] },
      { data: { itemAdded: { title: 'Walden', authors: [{ mood: 'fine' }] } } },
    ]);
  });

  it('continues after an event during which another subgraph was unavailable', async () => {
    const events = await shop.follow('subscription { itemAdded { title ... on Film { director { mood } } } }');
    shop.subgraphs.people.before = async () => {
      shop.subgraphs.people.before = async () => {};
      throw new Error('connection lost');
    };
    shop.opened.itemAdded!.push('f1', 'f1');
    expect(await read(events, 2)).toMatchObject([
      {
        data: { itemAdded: { director: { mood: null } } },
        errors: [{ path: ['itemAdded', 'director', 'mood'], extensions: { code: 'DEPENDENCY_UNAVAILABLE' } }],
      },
      { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    ]);
  });

  it.each([
    ['a failure, with its code', new Failure('SLOW_CONSUMER'), 'SLOW_CONSUMER'],
    ['a bug, without a word about it', new Error('password=hunter2'), 'DEPENDENCY_UNAVAILABLE'],
  ])('ends when its owning subgraph breaks off with %s', async (_, error, code) => {
    const events = await shop.follow(ADDED);
    shop.opened.itemAdded!.push('b1');
    shop.opened.itemAdded!.break(error);
    const [first, last] = await read(events, 2);
    expect(first).toMatchObject({ data: { itemAdded: { title: 'Walden' } } });
    expect(last).toMatchObject({ data: null, errors: [{ extensions: { code } }] });
    expect(JSON.stringify(last)).not.toContain('hunter2');
    expect(await events.next()).toEqual(DONE);
  });

  it('ends at once when its subscriber leaves, also while an event is awaited', async () => {
    const events = await shop.follow(ADDED);
    const awaited = events.next();
    expect(await events.return!()).toEqual(DONE);
    expect(await awaited).toEqual(DONE);
    expect(shop.opened.itemAdded!.returned).toBe(true);
    expect(await events.next()).toEqual(DONE);
  });

  it('ends at once when its subscriber leaves while another subgraph is slow, and sends no further request', async () => {
    const events = await shop.follow('subscription { itemAdded { ... on Film { director { friends { name } } } price } }');
    const asked = Promise.withResolvers<void>();
    shop.subgraphs.people.before = () => {
      asked.resolve();
      return new Promise(() => {});
    };
    shop.opened.itemAdded!.push('f1', 'f1');
    const awaited = events.next();
    await asked.promise;
    await events.return!();
    expect(await awaited).toEqual(DONE);
    expect(shop.opened.itemAdded!.returned).toBe(true);
  });

  it('pulls no events ahead of its subscriber (back-pressure)', async () => {
    const events = await shop.follow(ADDED);
    shop.opened.itemAdded!.push('b1', 'b2', 'f1');
    await events.next();
    expect(shop.subgraphs.prices.requests).toHaveLength(1);
  });

  it('keeps the supergraph with which it began', async () => {
    const events = await shop.follow(ADDED);
    const { gateway, supergraphSdl } = shop;
    gateway.reload(supergraphSdl.replaceAll('price(', 'cost('));
    shop.opened.itemAdded!.push('b1');
    expect(await read(events, 1)).toEqual([{ data: { itemAdded: { title: 'Walden', price: 'b1 EUR' } } }]);
    await expect(shop.follow(ADDED)).rejects.toThrow('GRAPHQL_VALIDATION_FAILED');
  });

  it.each([
    ['a field that does not exist', 'subscription { tick { nothing } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['two root fields', 'subscription { tick { count } itemAdded { id } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable of the wrong kind', 'subscription ($u: Boolean) { itemAdded(upper: $u) { id } }', { u: 7 }, 'BAD_USER_INPUT'],
    // With graphql 16 this throws inside a validation rule; on a socket that would end the other streams.
    [
      'a condition on its root field',
      'subscription ($on: Boolean!) { tick @include(if: $on) { count } }',
      { on: true },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a refusal by its owning subgraph', 'subscription { refused { count } }', {}, 'TOO_MANY_SUBSCRIPTIONS'],
  ] as const)('is refused for %s, with one result', async (_, query, variables, code) => {
    const result = (await shop.gateway.subscribe({ query, variables }, SOMEBODY)) as GraphResult;
    expect(Symbol.asyncIterator in result).toBe(false);
    expect(result.data ?? null).toBeNull();
    expect(result.errors?.[0]?.extensions['code']).toBe(code);
  });

  it('answers a query through the subscription path with one result', async () => {
    expect(await shop.gateway.subscribe({ query: '{ me { name } }' }, SOMEBODY)).toEqual({ data: { me: { name: 'Henry' } } });
  });

  it('delivers dates to its subscriber as text', async () => {
    const events = await shop.follow('subscription { itemAdded { ... on Film { director { bornAt } } } }');
    shop.opened.itemAdded!.push('f1');
    expect((await events.next()).value.data).toEqual({ itemAdded: { director: { bornAt: '1970-01-01T00:00:00.000Z' } } });
  });
});
