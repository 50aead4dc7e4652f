import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { METRICS } from '../../infra/metrics/metrics.ts';
import { Person, PASSWORD } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { readMetrics } from '../support/telemetry/metrics.ts';

const TOKEN = 'a token of at least thirty-two characters';

describe('the metrics', () => {
  let model: ModelServer;
  let product: Product;
  beforeAll(async () => {
    model = await startModelServer({ otherwise: { tokens: 20 } });
    product = await startProduct({ env: { METRICS_TOKEN: TOKEN, OPENAI_BASE_URL: model.url, SIGN_INS_PER_MINUTE: '20' } });
  });
  afterAll(async () => {
    await product?.stop();
    await model?.stop();
  });
  const read = (headers: Record<string, string> = {}) => fetch(`${product.url}/metrics`, { headers });

  it('are served by the public server to requests with the token; others get 404', async () => {
    for (const authorization of ['', TOKEN, `Bearer ${TOKEN}!`, 'Bearer']) {
      const answer = await read({ authorization });
      expect([answer.status, ((await answer.json()) as any).errors[0].extensions.code]).toEqual([404, 'NOT_FOUND']);
    }
    const answer = await read({ authorization: `Bearer ${TOKEN}` });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain; version=0.0.4')]);
  });

  it('measure operations, fetches, runs, commits and provider calls', async () => {
    const ada = await Person.signUp(product, 'Ada Secretly');
    const { conversationId } = await ada.startConversation();
    const { runId } = await ada.send(conversationId, 'What is a confidential question?');
    await ada.follow(runId);
    const metrics = await readMetrics(product.url, TOKEN);
    expect(metrics.sum('parley_operations_total', { kind: 'mutation', outcome: 'OK' })).toBeGreaterThanOrEqual(4);
    expect(metrics.sum('parley_operations_total', { kind: 'subscription', outcome: 'OK' })).toBe(1);
    expect(metrics.sum('parley_fetch_duration_seconds_count', { subgraph: 'conversations', outcome: 'answered' })).toBeGreaterThan(0);
    expect(metrics.sum('parley_runs_started_total', { attempt: 'first' })).toBe(1);
    expect(metrics.sum('parley_runs_finished_total', { status: 'COMPLETED' })).toBe(1);
    expect(metrics.sum('parley_run_first_token_seconds_count')).toBe(1);
    expect(metrics.sum('parley_run_commit_duration_seconds_count')).toBe(metrics.sum('parley_run_commit_events_count'));
    // At least the start and the text.
    expect(metrics.sum('parley_run_commit_events_sum')).toBeGreaterThanOrEqual(2);
    expect(metrics.sum('parley_provider_calls_total', { call: 'chat', outcome: 'OK' })).toBeGreaterThanOrEqual(1);
    expect(metrics.sum('parley_http_request_duration_seconds_count', { route: '/graphql', status: '200' })).toBeGreaterThanOrEqual(4);
    expect(metrics.sum('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  });

  it('count open sockets and subscriptions', async () => {
    const ada = await Person.signUp(product);
    const socket = product.socket(ada.token);
    const heard = new Promise<void>((resolve) => {
      const sink = { next: () => {}, error: () => {}, complete: () => {} };
      socket.on('connected', () => resolve());
      socket.subscribe({ query: 'subscription { notificationReceived { id } }' }, sink);
    });
    await heard;
    const open = await readMetrics(product.url, TOKEN);
    expect(open.sum('parley_sockets')).toBe(1);
  });

  it('count rejected requests by code and rule, without any data of the caller', async () => {
    const input = { email: 'grace.hopper@example.org', password: 'wrong password' };
    const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
    let code = '';
    for (let tries = 0; code !== 'RATE_LIMITED' && tries < 20; tries += 1)
      code = (await product.graph(signIn, { input })).errors?.[0]?.extensions['code'];
    await product.graph('{ viewer { id } }');
    await fetch(`${product.url}/nothing/at/grace.hopper@example.org.html`);
    const metrics = await readMetrics(product.url, TOKEN);
    expect(metrics.sum('parley_operations_total', { kind: 'mutation', outcome: 'INVALID_CREDENTIALS' })).toBe(10);
    expect(metrics.sum('parley_operations_total', { kind: 'refused', outcome: 'RATE_LIMITED' })).toBe(1);
    expect(metrics.sum('parley_operations_total', { kind: 'refused', outcome: 'UNAUTHENTICATED' })).toBe(1);
    expect(metrics.sum('parley_rate_limit_refusals_total', { rule: 'sign-in-account' })).toBe(1);
    for (const text of ['grace', 'Secretly', 'person-', 'confidential', '127.0.0.1', PASSWORD, TOKEN])
      expect(metrics.text.includes(text)).toBe(false);
  });

  it('are those of the catalogue, with help texts and labels of low cardinality', async () => {
    const { text } = await readMetrics(product.url, TOKEN);
    const named = [...text.matchAll(/^# HELP (parley_\w+) (.+)$/gm)].map(([, name, help]) => [name, help]);
    expect(Object.fromEntries(named)).toEqual(Object.fromEntries(Object.entries(METRICS).map(([name, { help }]) => [name, help])));
    expect(text.split('\n').filter((line) => line.startsWith('parley_')).length).toBeLessThan(1_000);
  });
});
