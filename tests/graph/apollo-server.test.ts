import { expect, it } from '@jest/globals';
import { ApolloServer } from '@apollo/server';
import type { GatewayContext } from '../../gateway/gateway.ts';
import { openShop, SOMEBODY } from '../support/federation/shop.ts';

it('the gateway runs inside an Apollo Server, which applies the supergraph that was loaded before', async () => {
  const { gateway } = await openShop('hive');
  const server = new ApolloServer<GatewayContext>({ gateway, stopOnTerminationSignals: false });
  await server.start();
  const ask = (query: string) => server.executeOperation({ query }, { contextValue: { identity: SOMEBODY } });

  const { body } = await ask('query { whoAsks book(id: "b1") { seller { name } blurb } }');
  expect(body).toMatchObject({
    kind: 'single',
    singleResult: {
      data: { whoAsks: 'u1', book: { seller: { name: 'Henry' }, blurb: null } },
      errors: [{ message: 'No blurb today.', path: ['book', 'blurb'], extensions: { code: 'TOOL_FAILED' } }],
    },
  });
  await server.stop();
});
