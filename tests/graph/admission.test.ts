import { describe, expect, it } from '@jest/globals';
import { GraphQLError, type ASTVisitor, type ValidationContext } from 'graphql';
import { Failure } from '../../schema/errors.ts';
import type { Admission } from '../../gateway/execution/request.ts';
import { openShop, SOMEBODY } from '../support/federation/shop.ts';

const open = (admission: Admission) => openShop('hive', admission);

describe('the admission checks of the gateway', () => {
  it('reads the measure once for each document and applies it to the coerced variables of each request', async () => {
    const documents: string[] = [];
    const costs: unknown[] = [];
    const shop = await open({
      measure({ operation }) {
        documents.push(operation.name!.value);
        return (variables, { requestId }) => void costs.push({ ...variables, requestId });
      },
    });
    const query = 'query Q($ids: [ID!], $c: Currency! = USD) { items(filter: { ids: $ids }) { price(currency: $c) } }';
    await shop.ask(query, { ids: 'b1' });
    await shop.ask(query, { ids: ['b2'], c: 'EUR', unused: 1 });
    expect(documents).toEqual(['Q']);
    expect(costs).toEqual([
      { ids: ['b1'], c: 'USD', requestId: 'r1' },
      { ids: ['b2'], c: 'EUR', requestId: 'r1' },
    ]);
  });

  it('refuses an operation before any subgraph is asked, with the code and the details of the failure', async () => {
    const measure = () => {
      throw new Failure('QUERY_TOO_COMPLEX', { cost: 9000 });
    };
    for (const shop of [await open({ measure }), await open({ measure: () => measure })]) {
      const { data, errors } = await shop.ask('{ me { id } }');
      expect(data).toBeUndefined();
      expect(errors?.[0]?.extensions).toEqual({ code: 'QUERY_TOO_COMPLEX', retryable: false, cost: 9000 });
      expect(shop.subgraphs.people.requests).toEqual([]);
    }
  });

  it('refuses subscriptions by the same measure', async () => {
    const shop = await open({
      measure: () => () => {
        throw new Failure('QUERY_TOO_COMPLEX');
      },
    });
    await expect(shop.follow('subscription { tick { count } }')).rejects.toThrow('QUERY_TOO_COMPLEX');
  });

  it('applies the additional validation rules', async () => {
    const noFilms = (context: ValidationContext): ASTVisitor => ({
      NamedType({ name }) {
        if (name.value === 'Film') context.reportError(new GraphQLError('No films.'));
      },
    });
    const shop = await open({ rules: [noFilms] });
    const { errors } = await shop.ask('{ finds { ... on Film { id } } }');
    expect(errors?.[0]).toMatchObject({ message: 'No films.', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
  });

  it('refuses a document with more tokens than the limit', async () => {
    const shop = await open({ maxTokens: 20 });
    expect((await shop.ask('{ me { id } }')).errors).toBeUndefined();
    expect((await shop.ask(`{ ${'me { id } '.repeat(10)} }`)).errors?.[0]?.extensions['code']).toBe('QUERY_TOO_COMPLEX');
  });

  it('exempts internal operations of the platform', async () => {
    const shop = await open({ maxTokens: 1 });
    expect(await shop.gateway.ask('{ me { name } }', {}, SOMEBODY)).toEqual({ me: { name: 'Henry' } });
  });
});

describe('an internal operation of the platform', () => {
  it('returns data alone, or fails with the failure of its first error', async () => {
    const shop = await open({});
    const ask = (query: string) => shop.gateway.ask(query, {}, SOMEBODY);
    await expect(ask('{ book(id: "b1") { title } }')).resolves.toEqual({ book: { title: 'Walden' } });
    await expect(ask('{ book(id: "b1") { title blurb } }')).rejects.toMatchObject({
      name: 'Failure',
      code: 'TOOL_FAILED',
      message: 'No blurb today.',
      detail: { tried: 2 },
    });
    await expect(ask('{ nothing }')).rejects.toMatchObject({ name: 'Failure', code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  it('reaches a field of one subgraph that the public schema does not have', async () => {
    const shop = await open({});
    const result = await shop.gateway.sourceOf('catalog').execute({ query: '{ book(id: "b3") { genre } }' }, SOMEBODY);
    expect(result).toEqual({ data: { book: { genre: 'UNLISTED' } } });
  });
});
