import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';

const CALL = 'mutation ($input: CallToolInput!) { callTool(input: $input) { toolCall { id status result } } }';
const AUDIT = '{ auditLog(first: 50) { edges { node { action targetId } } } }';

let pages: Server;
let asked = 0;
let dataDir: string;
let product: Product;

beforeAll(async () => {
  // The first request never completes; later ones get the page.
  pages = createServer((_, response) => {
    asked += 1;
    if (asked > 1) response.setHeader('content-type', 'text/plain').end('Here I am.');
  });
  await new Promise<void>((listening) => pages.listen(0, '127.0.0.1', listening));
  dataDir = await keptDataDirectory();
});

afterAll(async () => {
  await product.stop();
  pages.closeAllConnections();
  pages.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('a tool call whose process was killed runs again under its key, and is reported once', async () => {
  const host = `127.0.0.1:${(pages.address() as AddressInfo).port}`;
  const start = () => startProduct({ dataDir, env: { ALLOWED_PRIVATE_HOSTS: host } });
  product = await start();
  const ada = await Person.signUp(product);
  const variables = { input: { toolId: 'fetch_page', arguments: { url: `http://${host}/` }, idempotencyKey: 'once' } };
  const lost = product.graph(CALL, variables, ada.token).catch(() => 'lost');
  await eventually(
    async () => asked,
    (count) => count === 1,
  );
  await product.kill();
  expect(await lost).toBe('lost');

  product = await start();
  const { callTool } = await product.ask(CALL, variables, ada.token);
  expect(callTool.toolCall).toMatchObject({ status: 'SUCCEEDED', result: { text: 'Here I am.' } });
  const again = await product.ask(CALL, variables, ada.token);
  expect(again.callTool.toolCall.id).toBe(callTool.toolCall.id);
  expect(asked).toBe(2);
  const told = async () =>
    (await product.ask(AUDIT, {}, ada.token)).auditLog.edges.filter((edge: any) => edge.node.action === 'tool.called');
  const entries = await eventually(told, (found) => found.length > 0);
  expect(entries.map((edge: any) => edge.node.targetId)).toEqual([callTool.toolCall.id]);
}, 180_000);
