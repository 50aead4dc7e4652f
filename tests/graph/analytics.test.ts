import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

const RUN_USAGE = `query ($id: ID!) { run(id: $id) { id status
  usage { inputTokens outputTokens estimated durationMs timeToFirstTokenMs model costUsd priceVersion } } }`;
const USAGE = `query ($input: UsageInput!) { usage(input: $input) {
  totals { runs inputTokens outputTokens estimatedRuns failedRuns costUsd unpricedRuns averageDurationMs averageTimeToFirstTokenMs }
  rows { key totals { runs inputTokens outputTokens costUsd unpricedRuns } } } }`;
const HEALTH = '{ health { name status latencyMs detail } }';
const METRICS =
  'subscription { liveMetrics { at peopleConnected activeRuns runsLastMinute tokensLastMinute failedRunsLastHour costTodayUsd memoryBytes eventLoopDelayMs } }';

let model: ModelServer;
let product: Product;
let admin: Person;

beforeAll(async () => {
  model = await startModelServer({ models: ['gpt-4o', 'unlisted'] });
  product = await startProduct({
    env: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'test', OPENAI_MODEL: 'gpt-4o', SIGN_INS_PER_MINUTE: '1000' },
  });
  admin = await Person.signUp(product, 'Admin');
});

afterAll(async () => {
  await product?.stop();
  await model?.stop();
});

/** Runs one answer of a person to its end, and waits until its usage is recorded. */
async function answer(
  person: Person,
  assistant: Record<string, unknown> = {},
): Promise<{ runId: string; assistantId: string; usage: any }> {
  const { conversationId, assistantId } = await person.startConversation(assistant);
  const { runId } = await person.send(conversationId, 'How high is the tower?');
  await person.follow(runId);
  const { run } = await eventually(
    () => person.ask(RUN_USAGE, { id: runId }),
    ({ run: { usage } }) => usage !== null,
  );
  return { runId, assistantId, usage: run.usage };
}

function span(): { from: string; to: string } {
  const hour = 3_600_000;
  return { from: new Date(Date.now() - hour).toISOString(), to: new Date(Date.now() + hour).toISOString() };
}

describe('the usage of a run', () => {
  it('equals what the provider reported, priced by the price list', async () => {
    const { usage } = await answer(await Person.signUp(product));
    expect(usage).toMatchObject({ model: 'gpt-4o', estimated: false });
    expect(usage.inputTokens).toBeGreaterThan(0);
    expect(usage.outputTokens).toBeGreaterThan(0);
    expect(usage.durationMs).toBeGreaterThanOrEqual(usage.timeToFirstTokenMs);
    expect(usage.costUsd).toBeCloseTo((usage.inputTokens * 2.5 + usage.outputTokens * 10) / 1e6, 12);
    expect(usage.priceVersion).toMatch(/^\d{4}-\d{2}$/);
  });

  it('is marked as estimated where the provider reported none, and has no cost where the model has no price', async () => {
    model.reply({ text: 'Thirty metres.', usage: false, when: ({ body }) => (body as { model?: string }).model === 'unlisted' });
    const { usage } = await answer(await Person.signUp(product), { model: 'unlisted' });
    expect(usage).toMatchObject({ model: 'unlisted', estimated: true, costUsd: null, priceVersion: null });
    expect(usage.outputTokens).toBeGreaterThan(0);
  });

  it('is NOT_FOUND for anybody but the owner of the run', async () => {
    const [owner, other] = [await Person.signUp(product), await Person.signUp(product)];
    const { runId } = await answer(owner);
    expect(await other.refused(RUN_USAGE, { id: runId })).toBe('NOT_FOUND');
  });
});

describe('a usage report', () => {
  it('sums the runs of the viewer by day, model, assistant and person', async () => {
    const person = await Person.signUp(product);
    const first = await answer(person);
    const second = await answer(person, { model: 'unlisted' });
    const report = async (groupBy?: string) => (await person.ask(USAGE, { input: { ...span(), groupBy } })).usage;
    const { totals, rows } = await report();
    expect(totals).toMatchObject({ runs: 2, failedRuns: 0, unpricedRuns: 1, costUsd: first.usage.costUsd });
    expect(totals.inputTokens).toBe(first.usage.inputTokens + second.usage.inputTokens);
    expect(totals.averageDurationMs).toBeCloseTo((first.usage.durationMs + second.usage.durationMs) / 2, 6);
    expect(rows.reduce((sum: number, { totals: { runs } }: any) => sum + runs, 0)).toBe(2);
    expect(rows[0].key).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    const keys = async (groupBy: string) => (await report(groupBy)).rows.map(({ key }: any) => key).sort();
    expect(await keys('MODEL')).toEqual(['gpt-4o', 'unlisted']);
    expect(await keys('ASSISTANT')).toEqual([first.assistantId, second.assistantId].sort());
    expect(await keys('USER')).toEqual([person.id]);
  });

  it('has zero totals and no rows where nothing was used', async () => {
    const { usage } = await (await Person.signUp(product)).ask(USAGE, { input: span() });
    expect(usage).toMatchObject({
      totals: { runs: 0, inputTokens: 0, costUsd: 0, averageDurationMs: null, averageTimeToFirstTokenMs: null },
      rows: [],
    });
  });

  it('covers all people for administrators and is FORBIDDEN to others', async () => {
    const person = await Person.signUp(product);
    await answer(person);
    const input = { ...span(), groupBy: 'USER', everyone: true };
    expect(await person.refused(USAGE, { input })).toBe('FORBIDDEN');
    const { usage } = await admin.ask(USAGE, { input });
    expect(usage.rows.map(({ key }: any) => key)).toContain(person.id);
  });

  it.each([
    ['from', { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
    ['to', { from: '2024-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
  ])('refuses a time span whose `%s` is not acceptable', async (field, input) => {
    const { errors } = await product.graph(USAGE, { input }, admin.token);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });
});

describe('the subscription to live metrics', () => {
  it('sends figures at once, and again when a run has ended', async () => {
    const figures = product.socket(admin.token).iterate<any>({ query: METRICS });
    const next = async () => (await figures.next()).value.data.liveMetrics;
    const before = await next();
    expect(before).toMatchObject({ activeRuns: 0, failedRunsLastHour: 0 });
    expect(before.memoryBytes).toBeGreaterThan(50e6);
    await answer(await Person.signUp(product));
    const after = await eventually(next, ({ runsLastMinute, activeRuns }) => runsLastMinute > before.runsLastMinute && activeRuns === 0);
    expect(after.tokensLastMinute).toBeGreaterThan(0);
    expect(after.costTodayUsd).toBeGreaterThan(before.costTodayUsd);
    await figures.return?.();
  });

  it('counts each connected person once, over any number of sockets', async () => {
    const figures = product.socket(admin.token).iterate<any>({ query: METRICS });
    const people = (count: number) =>
      eventually(
        async () => (await figures.next()).value.data.liveMetrics.peopleConnected,
        (connected) => connected === count,
      );
    await people(1);
    const ada = await Person.signUp(product);
    const sockets = [product.socket(ada.token), product.socket(ada.token)];
    const inboxes = sockets.map((socket) => socket.iterate<any>({ query: 'subscription { notificationReceived { id } }' }));
    for (const inbox of inboxes) void inbox.next();
    await people(2);
    for (const socket of sockets) await socket.dispose();
    await people(1);
    await figures.return?.();
  });

  it('sends figures at least a second apart', async () => {
    const figures = product.socket(admin.token).iterate<any>({ query: METRICS });
    const at = async () => Date.parse((await figures.next()).value.data.liveMetrics.at);
    const [first, , second] = [await at(), await answer(await Person.signUp(product)), await at()];
    expect(second - first).toBeGreaterThanOrEqual(850);
    await figures.return?.();
  });

  it('is FORBIDDEN to people who are not administrators', async () => {
    const person = await Person.signUp(product);
    const { value } = await product.socket(person.token).iterate<any>({ query: METRICS }).next();
    expect(value.errors[0].extensions.code).toBe('FORBIDDEN');
  });
});

describe('the health query', () => {
  it('names the parts and their status to every signed-in person, and their details to administrators only', async () => {
    const person = await Person.signUp(product);
    const [theirs, ours] = [(await person.ask(HEALTH)).health, (await admin.ask(HEALTH)).health];
    const names = ours.map(({ name }: any) => name);
    expect(names).toEqual(expect.arrayContaining(['database', 'models', 'eventLoop']));
    expect(theirs.map(({ name }: any) => name)).toEqual(names);
    expect(theirs.every(({ detail }: any) => detail === null)).toBe(true);
    expect(ours.find(({ name }: any) => name === 'models')).toMatchObject({ status: 'UP', detail: '2 models are available.' });
    expect(await product.graph(HEALTH).then(({ errors }) => errors?.[0]?.extensions['code'])).toBe('UNAUTHENTICATED');
  });
});
