import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

let model: ModelServer;
let pages: Server;
let product: Product;
let ada: Person;
beforeAll(async () => {
  model = await startModelServer();
  pages = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end(Buffer.alloc(100 * 1024 * 1024, 'x'));
  }).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  const port = (pages.address() as AddressInfo).port;
  product = await startProduct({
    env: { OPENAI_BASE_URL: model.url, PROVIDER_IDLE_MS: '500', ALLOWED_PRIVATE_HOSTS: `127.0.0.1:${port}` },
  });
  ada = await Person.signUp(product);
});
afterAll(async () => {
  await product.stop();
  pages.close();
  await model.stop();
});
beforeEach(() => model.clear());

const RUN = 'query ($id: ID!) { run(id: $id) { status failureCode message { text } } }';

describe('a run whose provider fails', () => {
  it.each([
    ['stalls after the first token', 'stall-after-first', 'PROVIDER_TIMEOUT'],
    ['breaks the connection', 'destroy-mid', 'PROVIDER_UNAVAILABLE'],
    ['ends the stream without a finish reason', 'eof-no-finish', 'PROVIDER_BAD_RESPONSE'],
    ['sends malformed JSON', 'malformed', 'PROVIDER_BAD_RESPONSE'],
    ['sends an HTML page', 'html-200', 'PROVIDER_BAD_RESPONSE'],
  ] as const)('%s: keeps the message and the partial text, and has the status FAILED', async (_what, fault, code) => {
    const { conversationId } = await ada.startConversation();
    model.otherwise = { fault };
    const { runId, messageId } = await ada.send(conversationId, 'Tell me');
    const read = await ada.follow(runId);
    expect(read.last).toMatchObject({ __typename: 'RunFailed', code });
    expect((await ada.ask(RUN, { id: runId })).run).toEqual({ status: 'FAILED', failureCode: code, message: { text: read.text } });
    expect((await ada.ask('query ($id: ID!) { message(id: $id) { text } }', { id: messageId })).message.text).toBe('Tell me');
    model.otherwise = {};
  });
});

describe('fetching a page with a tool', () => {
  const fetchPage = async (url: string) => {
    const call = 'mutation ($input: CallToolInput!) { callTool(input: $input) { toolCall { status failureCode result } } }';
    return (await ada.ask(call, { input: { toolId: 'fetch_page', arguments: { url } } })).callTool.toolCall;
  };

  it.each([
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://0x7f.1/',
    'http://127.1/',
    'http://①②⑦.⓪.⓪.①/',
    'http://localhost./',
    'http://localhost/',
  ])('refuses the private or local address %s', async (url) => {
    expect(await fetchPage(url)).toEqual({ status: 'FAILED', failureCode: 'TOOL_BLOCKED', result: null });
  });

  it('refuses the address of this product itself', async () => {
    expect((await fetchPage(`${product.url}/graphql`)).failureCode).toBe('TOOL_BLOCKED');
  });

  it('stops after a megabyte while it reads', async () => {
    const { port } = pages.address() as AddressInfo;
    const { status, result } = await fetchPage(`http://127.0.0.1:${port}/`);
    expect(status).toBe('SUCCEEDED');
    expect(JSON.stringify(result).length).toBeLessThan(1.2 * 1024 * 1024);
  });
});
