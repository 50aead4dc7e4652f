import { beforeEach, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import type { PlannerName } from '../../gateway/planning/planner.ts';
import { openShop, SOMEBODY, type Shop } from '../support/federation/shop.ts';

describe.each<PlannerName>(['hive', 'apollo'])('the federated graph, planned by %s', (planner) => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop(planner);
  });

  describe('the response', () => {
    it('keeps the order and the aliases of the document across subgraphs', async () => {
      const { data, errors } = await shop.ask(
        '{ book(id: "b1") { first: authors { called: name } postage title second: authors { name id } __typename } }',
      );
      expect(errors).toBeUndefined();
      expect(JSON.stringify(data)).toBe(
        '{"book":{"first":[{"called":"Henry"}],"postage":"500 g","title":"Walden","second":[{"name":"Henry","id":"p1"}],"__typename":"Book"}}',
      );
    });

    it('merges the selections of several fragments on one field', async () => {
      const { data } = await shop.ask(`
        query { book(id: "b2") { ...A ...B ... { authors { id } } } }
        fragment A on Item { title ... on Book { authors { name } } ... on Film { director { id } } }
        fragment B on Book { authors { nickname(style: LONG) } }`);
      expect(data).toEqual({
        book: {
          title: 'Emma',
          authors: [
            { name: 'Jane', nickname: 'p2-LONG', id: 'p2' },
            { name: 'Henry', nickname: 'p1-LONG', id: 'p1' },
          ],
        },
      });
    });

    it('passes variables and their defaults to the subgraphs that use them', async () => {
      const query =
        'query ($ids: [ID!], $upper: Boolean = true, $c: Currency! = USD, $s: Style) { items(filter: { ids: $ids }) { title(upper: $upper) price(currency: $c) ... on Book { seller { nickname(style: $s) } } } }';
      expect((await shop.ask(query, { ids: 'b1', s: 'SHORT' })).data).toEqual({
        items: [{ title: 'WALDEN', price: 'b1 USD', seller: { nickname: 'p1-SHORT' } }],
      });
      expect((await shop.ask(query, { ids: ['f1'], upper: false, c: 'EUR' })).data).toEqual({ items: [{ title: 'Ran', price: 'f1 EUR' }] });
    });

    it('resolves an interface object of another subgraph in both directions', async () => {
      const { data, errors } = await shop.ask(
        '{ cheapest { __typename title price ... on Film { director { name } } } items { price } finds { ... on Film { price } } }',
      );
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        cheapest: { __typename: 'Film', title: 'Ran', price: 'f1 EUR', director: { name: 'Jane' } },
        items: [{ price: 'b1 EUR' }, { price: 'b2 EUR' }],
        finds: [{}, {}, {}, { price: 'f1 EUR' }],
      });
    });

    it('requests an entity once, however often it occurs, and completes every occurrence', async () => {
      const { data } = await shop.ask('{ items { ... on Book { seller { name friends { name } } } } }');
      expect(data).toEqual({
        items: [{ seller: { name: 'Henry', friends: [{ name: 'Jane' }] } }, { seller: { name: 'Henry', friends: [{ name: 'Jane' }] } }],
      });
      expect(shop.subgraphs.people.requests).toHaveLength(1);
      expect(shop.subgraphs.people.requests[0]?.variables?.['representations']).toEqual([{ __typename: 'Person', id: 'p1' }]);
    });

    it('completes entities in lists of lists and keeps their nulls', async () => {
      const { data } = await shop.ask('{ book(id: "b1") { related { title postage } } }');
      expect(data).toEqual({ book: { related: [[{ title: 'Emma', postage: '800 g' }], [{ title: 'Alien', postage: '300 g' }, null]] } });
    });

    it('applies each fragment of a union only to its own type', async () => {
      const { data } = await shop.ask(
        '{ finds { kind: __typename ... on Book { id postage(express: true) } ... on Film { director { name } } } }',
      );
      expect(data).toEqual({
        finds: [
          { kind: 'Book', id: 'b1', postage: '500 g express' },
          { kind: 'Book', id: 'b2', postage: '800 g express' },
          { kind: 'Book', id: 'b3', postage: '300 g express' },
          { kind: 'Film', director: { name: 'Jane' } },
        ],
      });
    });

    // Apollo's planner lets the argument of the client replace that of `@requires`: apollographql/federation#2996.
    if (planner === 'hive') {
      it('keeps the arguments of @requires apart from those of the client', async () => {
        const { data } = await shop.ask('{ book(id: "b1") { postage weight other: weight(unit: GRAM) } }');
        expect(data).toEqual({ book: { postage: '500 g', weight: 0.5, other: 500 } });
      });
    }

    it('serialises in-process values to JSON, as the network would', async () => {
      expect((await shop.ask('{ me { bornAt } }')).data).toEqual({ me: { bornAt: '1970-01-01T00:00:00.000Z' } });
    });

    it('runs mutations one after the other, and their dependent fetches afterwards', async () => {
      const { data } = await shop.ask(
        'mutation { one: addBook(title: "A") { book { title authors { name } } } two: renameBook(title: "B") { book { title } } }',
      );
      expect(data).toEqual({ one: { book: { title: 'A', authors: [{ name: 'Henry' }] } }, two: { book: { title: 'B' } } });
    });

    it('carries the identity of the caller to every subgraph', async () => {
      expect((await shop.ask('{ whoAsks book(id: "b1") { authors { name } } }')).data).toMatchObject({ whoAsks: 'u1' });
      expect(shop.subgraphs.people.identities).toEqual([SOMEBODY]);
    });

    it("supports fields with the names of JavaScript's object properties", async () => {
      expect(
        (await shop.ask('{ book(id: "b1") { constructor: title toString: blurb valueOf: seller { hasOwnProperty: name } } }')).data,
      ).toEqual({
        book: { constructor: 'Walden', toString: null, valueOf: { hasOwnProperty: 'Henry' } },
      });
    });
  });

  describe('conditions (@skip and @include)', () => {
    const query = `query ($in: Boolean!, $out: Boolean = false) {
      book(id: "b1") { title @skip(if: $out) ... @include(if: $in) { authors { name @skip(if: $out) id } postage } ...S @include(if: $out) } }
      fragment S on Book { seller { name } }`;

    it('leave out a skipped field, and send no request for it', async () => {
      expect((await shop.ask(query, { in: false })).data).toEqual({ book: { title: 'Walden' } });
      expect(shop.subgraphs.people.requests).toHaveLength(0);
      expect(shop.subgraphs['ship-ping'].requests).toHaveLength(0);
    });

    it('give the same document another form with other variables', async () => {
      expect((await shop.ask(query, { in: true })).data).toEqual({
        book: { title: 'Walden', authors: [{ name: 'Henry', id: 'p1' }], postage: '500 g' },
      });
      expect((await shop.ask(query, { in: true, out: true })).data).toEqual({
        book: { authors: [{ id: 'p1' }], postage: '500 g', seller: { name: 'Henry' } },
      });
      expect((await shop.ask(query, { in: false })).data).toEqual({ book: { title: 'Walden' } });
    });
  });

  it('answers introspection of its schema, also beside other fields', async () => {
    const { data } = await shop.ask(getIntrospectionQuery());
    expect(data?.['__schema'].types.map(({ name }: { name: string }) => name)).toContain('Book');
    const mixed = await shop.ask(
      'query ($n: String!) { t: __typename it: __type(name: $n) { name kind } me { name } ...S } fragment S on Query { __schema { queryType { name } } book(id: "b1") { id } }',
      { n: 'Find' },
    );
    expect(mixed).toEqual({
      data: {
        t: 'Query',
        it: { name: 'Find', kind: 'UNION' },
        me: { name: 'Henry' },
        __schema: { queryType: { name: 'Query' } },
        book: { id: 'b1' },
      },
    });
  });

  it('loads a new supergraph while it runs, and keeps the old one when the new one is invalid', async () => {
    const { gateway, supergraphSdl } = shop;
    expect(() => gateway.reload('type Query { nothing: Int }')).toThrow();
    expect(gateway.supergraphSdl).toBe(supergraphSdl);
    const loadedFields: string[] = [];
    gateway.onSchemaLoadOrUpdate(({ apiSchema }) => void loadedFields.push(Object.keys(apiSchema.getQueryType()!.getFields()).join()));
    gateway.reload(supergraphSdl.replaceAll('whoAsks', 'whoIsIt'));
    expect(loadedFields.map((fields) => [fields.includes('whoAsks'), fields.includes('whoIsIt')])).toEqual([
      [true, false],
      [false, true],
    ]);
    expect((await shop.ask('{ whoIsIt whoAsks }')).errors?.[0]?.message).toContain('whoAsks');
  });
});
