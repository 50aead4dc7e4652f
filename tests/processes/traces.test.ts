import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Deployment, missingServers } from '../support/deployment/deployment.ts';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import { Collector, type CollectedSpan } from '../support/telemetry/collector.ts';
import { readMetrics } from '../support/telemetry/metrics.ts';
import { describeWhen } from '../support/when.ts';

describeWhen(missingServers, 'the traces of separate roles', () => {
  let collector: Collector;
  let deployment: Deployment;
  let ada: Person;
  beforeAll(async () => {
    collector = await Collector.start();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
    deployment = await Deployment.start({ env, model: { otherwise: { tokens: 5 } } });
    ada = await Person.signUp(deployment.gateways[0]!.product);
  });
  afterAll(async () => {
    await deployment?.stop();
    await collector?.stop();
  });

  const caller = () => ({ traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') });
  const traceparentOf = ({ traceId, spanId }: { traceId: string; spanId: string }) => `00-${traceId}-${spanId}-01`;
  /** Resolves with the spans of a trace once it has these names. */
  const spansOf = (traceId: string, ...names: string[]): Promise<CollectedSpan[]> =>
    eventually(
      async () => collector.spans.filter((span) => span.traceId === traceId),
      (spans) => names.every((name) => spans.some((span) => span.name === name)),
    );
  const named = (spans: CollectedSpan[], name: string) => spans.find((span) => span.name === name)!;

  async function ask(query: string, variables: object, headers: Record<string, string>): Promise<any> {
    const response = await fetch(`${ada.product.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}`, ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  }

  it('connect caller, gateway and subgraphs under one request id', async () => {
    const { conversationId } = await ada.startConversation();
    const from = caller();
    const query = 'query Two($id: ID!) { viewer { name } conversation(id: $id) { title } }';
    await ask(query, { id: conversationId }, { traceparent: traceparentOf(from), 'x-request-id': 'request-of-ada' });
    const spans = await spansOf(from.traceId, 'graphql query', 'answer users', 'answer conversations');

    const operation = named(spans, 'graphql query');
    expect(operation).toMatchObject({ service: 'parley-gateway', parentSpanId: from.spanId });
    expect(operation.attributes).toEqual({ 'graphql.operation.name': 'Two', 'request.id': 'request-of-ada' });
    for (const subgraph of ['users', 'conversations']) {
      const fetched = named(spans, `fetch ${subgraph}`);
      const answered = named(spans, `answer ${subgraph}`);
      expect(fetched).toMatchObject({ service: 'parley-gateway', parentSpanId: operation.spanId });
      expect(answered).toMatchObject({ service: `parley-${subgraph}`, parentSpanId: fetched.spanId });
      expect(answered.attributes).toEqual({ subgraph, 'request.id': 'request-of-ada' });
    }
  });

  it('name the failure, with the request id of the client error', async () => {
    const from = caller();
    const id = '01890000-0000-7000-8000-000000000000';
    const headers = { traceparent: traceparentOf(from), 'x-request-id': 'request-for-nothing' };
    const { errors } = await ask('query ($id: ID!) { conversation(id: $id) { title } }', { id }, headers);
    expect(errors[0].extensions).toMatchObject({ code: 'NOT_FOUND', requestId: 'request-for-nothing' });
    const spans = await spansOf(from.traceId, 'graphql query', 'answer conversations');
    for (const name of ['graphql query', 'answer conversations'])
      expect(named(spans, name)).toMatchObject({ failure: 'NOT_FOUND', attributes: { 'request.id': 'request-for-nothing' } });
  });

  it('include a subscription over sockets, with the subgraphs that complete its events', async () => {
    const { conversationId } = await ada.startConversation();
    const { runId } = await ada.send(conversationId, 'Good morning.');
    await ada.follow(runId);
    const from = caller();
    // An event's message is in one subgraph, the name of its owner in another.
    const query =
      'subscription ($runId: ID!) { runEvents(runId: $runId) { cursor ... on RunFinished { message { run { usage { outputTokens } } } } } }';
    const events = ada.product.socket(ada.token).iterate({ query, variables: { runId }, extensions: { traceparent: traceparentOf(from) } });
    for await (const { errors } of events) expect(errors).toBeUndefined();
    const spans = await spansOf(from.traceId, 'graphql subscription', 'subscribe conversations', 'fetch conversations', 'fetch analytics');
    const operation = named(spans, 'graphql subscription');
    expect(operation.parentSpanId).toBe(from.spanId);
    expect(named(spans, 'subscribe conversations').parentSpanId).toBe(named(spans, 'fetch conversations').spanId);
    expect(named(spans, 'fetch analytics').parentSpanId).toBe(operation.spanId);
  });

  it('contain no variables, texts or personal data', () => {
    const told = JSON.stringify(collector.spans);
    for (const text of [ada.email, ada.id, ada.token, 'Good morning.']) expect(told.includes(text)).toBe(false);
  });

  it('are separate from metrics, which internal ports serve without a token', async () => {
    const [worker] = deployment.workers;
    expect((await readMetrics(worker!.url)).sum('parley_runs_finished_total', { status: 'COMPLETED' })).toBeGreaterThan(0);
    expect((await fetch(`${ada.product.url}/metrics`)).status).toBe(404);
  });

  it('start a new trace if the traceparent header is invalid', async () => {
    await ask('query Odd { viewer { name } }', {}, { traceparent: 'not a trace' });
    const span = await eventually(
      async () => collector.spans.find(({ attributes }) => attributes['graphql.operation.name'] === 'Odd'),
      (found) => found !== undefined,
    );
    expect(span).toMatchObject({ traceId: expect.stringMatching(/^[\da-f]{32}$/), parentSpanId: undefined });
  });
});
