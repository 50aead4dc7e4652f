import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import type { ModelRequest } from '../support/model-script.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

const CALL = `mutation ($input: CallToolInput!) {
  callTool(input: $input) { toolCall { id status result failureCode failure durationMs arguments tool { id title } run { id } } }
}`;
const RUN =
  'query ($id: ID!) { run(id: $id) { id status attempt toolCalls { id status arguments result failureCode run { id } tool { name } } } }';

let model: ModelServer;
let pages: Server;
let pageHost: string;
let product: Product;
let ada: Person;
let eve: Person;

beforeAll(async () => {
  model = await startModelServer();
  pages = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<title>Tides</title><p>High tide is at noon.</p>'),
  );
  await new Promise<void>((listening) => pages.listen(0, '127.0.0.1', listening));
  pageHost = `127.0.0.1:${(pages.address() as AddressInfo).port}`;
  product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'test', ALLOWED_PRIVATE_HOSTS: pageHost } });
  ada = await Person.signUp(product);
  eve = await Person.signUp(product, 'Eve');
});

afterAll(async () => {
  await product.stop();
  await model.stop();
  pages.close();
});

beforeEach(() => model.clear());

const call = async (person: Person, input: Record<string, unknown>) => (await person.ask(CALL, { input })).callTool.toolCall;

/** Returns the tool message that the model received last. */
const lastToolMessage = (requests: ModelRequest[]) =>
  requests.flatMap(({ body }) => body.messages ?? []).findLast((message) => message.role === 'tool')?.content as string;

/** Finishes a run of an assistant with these tools, in which the model calls one of them. */
async function runWith(toolIds: string[], name: string, args: unknown, more: Record<string, unknown> = {}) {
  const { conversationId } = await ada.startConversation({ toolIds, ...more });
  model.reply({ when: ({ body }) => body.messages?.at(-1)?.role === 'user', toolCalls: [{ name, arguments: args }] }, { text: 'Done.' });
  const { runId } = await ada.send(conversationId, `Please use ${JSON.stringify(args)}`);
  const read = await ada.follow(runId);
  return { runId, read, run: (await ada.ask(RUN, { id: runId })).run };
}

describe('the tools', () => {
  it('are listed to signed-in people with the description that models get', async () => {
    const { tools } = await ada.ask('{ tools { id name title description inputSchema builtin } }');
    expect(tools.map((tool: any) => tool.id)).toEqual(['calculate', 'search_knowledge', 'fetch_page']);
    for (const tool of tools)
      expect(tool).toMatchObject({ name: tool.id, builtin: true, inputSchema: { type: 'object', additionalProperties: false } });
    const { errors } = await product.graph('{ tools { id } }');
    expect(errors![0]!.extensions['code']).toBe('UNAUTHENTICATED');
  });

  it('can be called by a person, and the call can be read again', async () => {
    const made = await call(ada, { toolId: 'calculate', arguments: { expression: '0.1 + 0.2' } });
    expect(made).toMatchObject({
      status: 'SUCCEEDED',
      result: { value: '0.3', exact: true },
      failure: null,
      durationMs: expect.any(Number),
      tool: { id: 'calculate' },
      run: null,
    });
    const { toolCall } = await ada.ask('query ($id: ID!) { toolCall(id: $id) { status arguments } }', { id: made.id });
    expect(toolCall).toEqual({ status: 'SUCCEEDED', arguments: { expression: '0.1 + 0.2' } });
  });

  it('report wrong arguments as an outcome of the call', async () => {
    for (const [args, words] of [
      [{ expression: '1 / 0' }, 'Division by zero'],
      [{ expression: 5 }, '"expression" must be a string'],
      [{}, 'must have "expression"'],
      [{ expression: '1', round: true }, 'must not have "round"'],
      ['1 + 1', 'must be an object'],
      [[1], 'must be an object'],
    ] as const) {
      const made = await call(ada, { toolId: 'calculate', arguments: args });
      expect(made).toMatchObject({
        status: 'FAILED',
        result: null,
        failureCode: 'TOOL_BAD_ARGUMENTS',
        failure: expect.stringContaining(words),
        arguments: args,
      });
    }
  });

  it('fetch pages that are public or allowed, and no others', async () => {
    expect(await call(ada, { toolId: 'fetch_page', arguments: { url: `http://${pageHost}/` } })).toMatchObject({
      status: 'SUCCEEDED',
      result: { title: 'Tides', text: 'High tide is at noon.' },
    });
    for (const url of ['http://127.0.0.1:6379/', 'http://169.254.169.254/', `${product.url}/graphql`, 'file:///etc/passwd']) {
      expect(await call(ada, { toolId: 'fetch_page', arguments: { url } })).toMatchObject({
        status: 'FAILED',
        failureCode: 'TOOL_BLOCKED',
      });
    }
  });

  it('are NOT_FOUND for an unknown id', async () => {
    expect(await ada.refused(CALL, { input: { toolId: 'shell', arguments: {} } })).toBe('NOT_FOUND');
    expect(await ada.refused(CALL, { input: { toolId: '__proto__', arguments: {} } })).toBe('NOT_FOUND');
  });
});

describe('a tool call', () => {
  it('is made once for repeated requests with one idempotency key', async () => {
    const input = { toolId: 'calculate', arguments: { expression: '6 * 7' }, idempotencyKey: randomUUID() };
    const made = await Promise.all(Array.from({ length: 10 }, () => call(ada, input)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(made.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    expect((await call(eve, input)).id).not.toBe(made[0].id);
    expect(await ada.refused(CALL, { input: { ...input, arguments: { expression: '6 * 8' } } })).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('is NOT_FOUND for other people', async () => {
    const { runId, run } = await runWith(['calculate'], 'calculate', { expression: '1 + 1' });
    const { id } = run.toolCalls[0];
    expect(await eve.refused('query ($id: ID!) { toolCall(id: $id) { id } }', { id })).toBe('NOT_FOUND');
    expect(await ada.refused('query ($id: ID!) { toolCall(id: $id) { id } }', { id: 'no-uuid' })).toBe('NOT_FOUND');
    expect(await eve.refused(CALL, { input: { toolId: 'calculate', arguments: { expression: '1' }, runId } })).toBe('NOT_FOUND');
  });

  it('is refused for a run whose assistant does not have the tool', async () => {
    const { runId } = await runWith(['calculate'], 'calculate', { expression: '1 + 1' });
    expect(await ada.refused(CALL, { input: { toolId: 'fetch_page', arguments: { url: 'https://example.org' }, runId } })).toBe(
      'NOT_FOUND',
    );
    expect((await call(ada, { toolId: 'calculate', arguments: { expression: '2' }, runId })).run).toEqual({ id: runId });
  });

  it('is rate limited outside runs', async () => {
    const greedy = await Person.signUp(product, 'Greedy');
    const input = { toolId: 'calculate', arguments: { expression: '1' } };
    const answers = await Promise.all(Array.from({ length: 70 }, () => product.graph(CALL, { input }, greedy.token)));
    const codes = answers.flatMap(({ errors }) => errors?.map((error) => error.extensions['code']) ?? []);
    expect(codes).toEqual(Array.from({ length: 10 }, () => 'RATE_LIMITED'));
  });

  it('is recorded in the audit log', async () => {
    const admin = await Person.signUp(product, 'Later');
    const { id } = await call(admin, { toolId: 'calculate', arguments: { expression: '3' } });
    const entries = async () =>
      (await ada.ask('{ auditLog(first: 50) { edges { node { action targetId } } } }')).auditLog.edges.map((edge: any) => edge.node);
    await eventually(entries, (found) => found.some((entry: any) => entry.action === 'tool.called' && entry.targetId === id));
  });
});

describe('a run with tools', () => {
  it('calls the calculator for the model, returns the result to it, and stores the call', async () => {
    const { runId, read, run } = await runWith(['calculate'], 'calculate', { expression: '19.99 * 3' });
    expect(read.kinds.filter((kind) => kind.startsWith('ToolCall'))).toEqual(['ToolCallStarted', 'ToolCallFinished']);
    expect(read.text).toBe('Done.');
    expect(JSON.parse(lastToolMessage(model.requests))).toEqual({ expression: '19.99 * 3', value: '59.97', exact: true });
    expect(run.toolCalls).toEqual([
      {
        id: expect.any(String),
        status: 'SUCCEEDED',
        arguments: { expression: '19.99 * 3' },
        result: expect.objectContaining({ value: '59.97' }),
        failureCode: null,
        run: { id: runId },
        tool: { name: 'calculate' },
      },
    ]);
  });

  it('continues after a failed tool call, and sends the model the reason', async () => {
    const { read, run } = await runWith(['fetch_page'], 'fetch_page', { url: 'http://169.254.169.254/' });
    expect(read.last.__typename).toBe('RunFinished');
    expect(lastToolMessage(model.requests)).toContain('only public web pages');
    expect(run.toolCalls[0]).toMatchObject({ status: 'FAILED', failureCode: 'TOOL_BLOCKED' });
  });

  it('survives arguments that a database cannot store', async () => {
    const { read, run } = await runWith(['calculate'], 'calculate', { expression: '1\u0000 + \ud800 1' });
    expect(read.last.__typename).toBe('RunFinished');
    expect(run).toMatchObject({ status: 'COMPLETED', attempt: 1 });
  });

  it('searches the knowledge of its assistant and no other', async () => {
    const [own, other] = await Promise.all(
      ['Harbour', 'Secrets'].map(
        async (name) =>
          (await ada.ask('mutation ($name: String!) { createKnowledgeBase(input: { name: $name }) { knowledgeBase { id } } }', { name }))
            .createKnowledgeBase.knowledgeBase.id,
      ),
    );
    await addDocument(ada, own, {
      name: 'tides.md',
      mediaType: 'text/markdown',
      content: 'The harbour opens at high tide, which is at noon.',
    });
    await addDocument(ada, other, { name: 'canary.md', mediaType: 'text/markdown', content: 'The harbour password is CANARY-77.' });
    const { run } = await runWith(['search_knowledge'], 'search_knowledge', { query: 'harbour' }, { knowledgeBaseIds: [own] });
    const found = JSON.stringify(run.toolCalls[0]);
    expect(found).toContain('which is at noon');
    expect(found).not.toContain('CANARY');
    expect(lastToolMessage(model.requests)).toMatch(/^\[\d+\] tides\.md/);
  });

  it('cannot search where its assistant has no knowledge', async () => {
    const { run } = await runWith(['search_knowledge'], 'search_knowledge', { query: 'harbour' });
    expect(run.toolCalls[0]).toMatchObject({ status: 'FAILED', failureCode: 'TOOL_FAILED' });
  });
});
