import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GraphQLError } from 'graphql';
import type { PlannerName } from '../../gateway/planning/planner.ts';
import { Failure } from '../../schema/errors.ts';
import { openShop, SOMEBODY, type Shop } from '../support/federation/shop.ts';

const paths = (errors: readonly GraphQLError[] = []) => errors.map(({ path }) => path?.join('.'));
const codes = (errors: readonly GraphQLError[] = []) => errors.map(({ extensions }) => extensions['code']);

describe.each<PlannerName>(['hive', 'apollo'])('the federated graph, planned by %s', (planner) => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop(planner);
  });

  describe('errors of a subgraph', () => {
    it('have the path of the field in the response, with all that the subgraph said', async () => {
      const { data, errors } = await shop.ask('{ items { ... on Book { who: authors { temper: mood } } } }');
      expect(data).toEqual({ items: [{ who: [{ temper: 'fine' }] }, { who: [{ temper: null }, { temper: 'fine' }] }] });
      expect(paths(errors)).toEqual(['items.1.who.0.temper']);
    });

    it('keep the code and the details of a failure', async () => {
      const { errors } = await shop.ask('{ book(id: "b1") { words: blurb } }');
      expect(errors?.map((error) => error.toJSON())).toEqual([
        { message: 'No blurb today.', path: ['book', 'words'], extensions: { code: 'TOOL_FAILED', retryable: true, tried: 2 } },
      ]);
    });

    it('for an entity that cannot be found are placed at every occurrence of the entity', async () => {
      const { data, errors } = await shop.ask('{ a: book(id: "b3") { authors { mood } } b: book(id: "b3") { genre authors { mood } } }');
      expect(data).toEqual({ a: { authors: [{ mood: null }] }, b: { genre: null, authors: [{ mood: null }] } });
      expect(paths(errors).sort()).toEqual(['a.authors.0', 'b.authors.0', 'b.genre']);
    });

    it('propagate null up to the next nullable field', async () => {
      const { data, errors } = await shop.ask('{ book(id: "b3") { title authors { name } } me { name } }');
      expect(data).toEqual({ book: null, me: { name: 'Henry' } });
      expect(paths(errors)).toEqual(['book.authors.0']);
    });

    it('empty the whole response when no parent is nullable', async () => {
      const { data, errors } = await shop.ask('{ me { name } alsoBroken }');
      expect(data).toBeNull();
      expect(paths(errors)).toEqual(['alsoBroken']);
    });

    it('are placed at the root field that failed, and not at its siblings', async () => {
      const { data, errors } = await shop.ask('{ broken whoAsks again: whoAsks }');
      expect(data).toEqual({ broken: null, whoAsks: 'u1', again: 'u1' });
      expect(paths(errors)).toEqual(['broken']);
    });

    it.each([
      [{ id: 'p1', mood: { a: 1 } }, { me: { id: 'p1', mood: null } }, 'me.mood'],
      [{ id: 'p1', mood: 4 }, { me: { id: 'p1', mood: null } }, 'me.mood'],
      [{ id: ['p1'], mood: 'fine' }, null, 'me.id'],
    ])('are added where a subgraph answers with a value of a wrong type: %j', async (me, seen, path) => {
      shop.subgraphs.people.instead = { data: { me } };
      const { data, errors } = await shop.ask('{ me { id mood } }');
      expect(data).toEqual(seen);
      expect(paths(errors)).toEqual([path]);
    });

    it('are not added where a subgraph answers an id with a number', async () => {
      shop.subgraphs.people.instead = { data: { me: { id: 7 } } };
      expect(await shop.ask('{ me { id } }')).toEqual({ data: { me: { id: '7' } } });
    });

    it('are not added where an entity no longer exists and its field is nullable', async () => {
      const { data, errors } = await shop.ask('{ item(id: "lost") { title ... on Film { director { name } } } }');
      expect(data).toEqual({ item: { title: 'Lost', director: null } });
      expect(errors).toBeUndefined();
    });

    it('name a missing entity whose field is not nullable', async () => {
      shop.subgraphs.people.instead = { data: { _entities: [null] } };
      const { data, errors } = await shop.ask('{ book(id: "b1") { title authors { name } } }');
      expect(data).toEqual({ book: null });
      expect(paths(errors)).toEqual(['book.authors.0']);
      expect(codes(errors)).toEqual(['INTERNAL']);
    });

    it('explain a non-null value that no subgraph gave', async () => {
      shop.subgraphs.people.instead = { data: { _entities: [{ __typename: 'Person' }] } };
      const { data, errors } = await shop.ask('{ item(id: "lost") { title ... on Film { director { name } } } }');
      expect(data).toEqual({ item: { title: 'Lost', director: null } });
      expect(errors?.map((error) => error.toJSON())).toEqual([
        {
          message: 'Cannot return null for non-nullable field Person.name.',
          path: ['item', 'director', 'name'],
          extensions: { code: 'INTERNAL', retryable: true },
        },
      ]);
    });

    it('hide the names of inaccessible fields', async () => {
      const { data, errors } = await shop.ask('{ book(id: "b3") { genre } }');
      expect(data).toEqual({ book: { genre: null } });
      expect(paths(errors)).toEqual(['book.genre']);
      expect(JSON.stringify(errors)).not.toContain('UNLISTED');
    });
  });

  describe('an unreachable subgraph', () => {
    it('fails only its own fields, each with an error', async () => {
      shop.subgraphs.people.before = async () => {
        throw new Error('connect ECONNREFUSED 10.0.0.7:4001');
      };
      const { data, errors } = await shop.ask('{ items { title ... on Book { seller { id mood feel: mood } } } }');
      expect(data).toEqual({
        items: [
          { title: 'Walden', seller: { id: 'p1', mood: null, feel: null } },
          { title: 'Emma', seller: { id: 'p1', mood: null, feel: null } },
        ],
      });
      expect(paths(errors).sort()).toEqual(['items.0.seller.feel', 'items.0.seller.mood', 'items.1.seller.feel', 'items.1.seller.mood']);
      expect(new Set(codes(errors))).toEqual(new Set(['DEPENDENCY_UNAVAILABLE']));
      expect(JSON.stringify(errors)).not.toContain('10.0.0.7');
    });

    it('fails its root fields, each named by an error', async () => {
      shop.subgraphs['ship-ping'].before = async () => {
        throw new Failure('SHUTTING_DOWN');
      };
      const { data, errors } = await shop.ask('{ by: carrier cheapest { id } }');
      expect(data).toBeNull();
      expect(paths(errors)).toEqual(['by']);
      expect(codes(errors)).toEqual(['SHUTTING_DOWN']);
    });

    it('does not cancel other subgraphs that are asked at the same time', async () => {
      shop.subgraphs.people.before = async () => {
        throw new Error('gone');
      };
      const { data, errors } = await shop.ask('{ item(id: "b1") { price ... on Book { postage seller { mood } } } }');
      expect(data).toEqual({ item: { price: 'b1 EUR', postage: '500 g', seller: { mood: null } } });
      expect(paths(errors)).toEqual(['item.seller.mood']);
    });

    it('causes a hundred errors at most, however much is missing', async () => {
      shop.subgraphs.people.before = async () => {
        throw new Error('gone');
      };
      const items = `items(filter: { ids: [${'"b1" '.repeat(150)}] })`;
      const { data, errors } = await shop.ask(`{ ${items} { ... on Book { seller { mood } } } }`);
      expect(data?.['items']).toHaveLength(150);
      expect(errors).toHaveLength(100);
      const required = await shop.ask(`{ ${items} { ... on Book { seller { name } } } }`);
      expect(required.data).toBeNull();
      expect(new Set(codes(required.errors))).toEqual(new Set(['DEPENDENCY_UNAVAILABLE']));
    });

    it('does not hide what another subgraph answered for the same object', async () => {
      shop.subgraphs.prices.before = async () => {
        throw new Error('gone');
      };
      const { data, errors } = await shop.ask('{ items { id ... on Book { postage } } again: items { price } }');
      expect(data).toBeNull();
      expect(paths(errors).sort()).toEqual(['again.0.price', 'again.1.price']);
    });
  });

  describe('the validation of an operation', () => {
    const refused = [
      ['a text that is not GraphQL', '{ book(', {}, 'GRAPHQL_PARSE_FAILED'],
      ['a field that does not exist', '{ book(id: "b1") { pages } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
      ['an inaccessible enum value', '{ finds { ... on Book { genre(only: UNLISTED) } } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
      ['a missing variable', 'query ($id: ID!) { book(id: $id) { id } }', {}, 'BAD_USER_INPUT'],
      ['a variable of the wrong kind', 'query ($u: Boolean) { book(id: "b1") { title(upper: $u) } }', { u: 'yes' }, 'BAD_USER_INPUT'],
      ['several operations without a name', 'query A { me { id } } query B { me { id } }', {}, 'BAD_REQUEST'],
      ['a document without operations', 'fragment A on Book { id }', {}, 'BAD_REQUEST'],
      ['a subscription', 'subscription { tick { count } }', {}, 'BAD_REQUEST'],
      ['a response name that would change a prototype', '{ __proto__: me { id } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ] as const;

    it.each(refused)('refuses %s before any subgraph is asked', async (_, query, variables, code) => {
      const { data, errors } = await shop.ask(query, variables);
      expect(data).toBeUndefined();
      expect(codes(errors)[0]).toBe(code);
      expect(Object.values(shop.subgraphs).flatMap(({ requests }) => requests)).toEqual([]);
    });

    it('runs the operation that is named', async () => {
      const query = 'query A { me { id } } query B { me { name } }';
      expect((await shop.gateway.execute({ query, operationName: 'B' }, SOMEBODY)).data).toEqual({ me: { name: 'Henry' } });
      expect((await shop.gateway.execute({ query, operationName: 'A' }, SOMEBODY)).data).toEqual({ me: { id: 'p1' } });
      expect(codes((await shop.gateway.execute({ query, operationName: 'C' }, SOMEBODY)).errors)).toEqual(['BAD_REQUEST']);
    });

    it('stops sending requests once the caller has gone', async () => {
      const caller = new AbortController();
      shop.subgraphs.catalog.before = async () => caller.abort();
      const { data } = await shop.gateway.execute({ query: '{ book(id: "b1") { seller { name } } }' }, SOMEBODY, caller.signal);
      expect(data).toBeUndefined();
      expect(shop.subgraphs.people.requests).toHaveLength(0);
    });
  });
});
