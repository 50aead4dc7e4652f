import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { PASSWORD, Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { missingRedis, startRedis, type Redis } from '../support/redis.ts';
import { describeWhen } from '../support/when.ts';

const VIEWER = '{ viewer { id } }';
const SIGN_OUT = 'mutation { signOut { signedOut } }';
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const ATTEMPTS = 20;

describeWhen(missingRedis, 'the product while Redis is down', () => {
  let redis: Redis;
  let model: ModelServer;
  let product: Product;
  let [stayer, leaver]: Person[] = [];

  beforeAll(async () => {
    [redis, model] = await Promise.all([startRedis(), startModelServer({ otherwise: { tokens: 40 } })]);
    const env = { REDIS_URL: redis.url, OPENAI_BASE_URL: model.url, SIGN_INS_PER_MINUTE: String(ATTEMPTS) };
    product = await startProduct({ env });
    [stayer, leaver] = [await Person.signUp(product), await Person.signUp(product)];
    for (const person of [stayer, leaver]) await person.ask(VIEWER);
    await redis.kill();
  });
  afterAll(async () => {
    await product?.stop();
    await Promise.all([redis?.stop(), model?.stop()]);
  });

  it('authenticates requests by the database', async () => {
    for (let i = 0; i < 20; i += 1) expect((await stayer!.ask(VIEWER)).viewer.id).toBe(stayer!.id);
    expect(await leaver!.refused('{ viewer { nonsense } }')).toBe('GRAPHQL_VALIDATION_FAILED');
    const forged = await product.graph(VIEWER, {}, `${stayer!.token}x`);
    expect(forged.errors![0]!.extensions['code']).toBe('UNAUTHENTICATED');
  });

  it('rejects ended sessions', async () => {
    expect((await leaver!.ask(SIGN_OUT)).signOut).toEqual({ signedOut: true });
    for (let i = 0; i < 20; i += 1) expect(await leaver!.refused(VIEWER)).toBe('UNAUTHENTICATED');
  });

  it('completes answers and streams them', async () => {
    const { conversationId } = await stayer!.startConversation();
    const { runId } = await stayer!.send(conversationId, 'Tell me a story.');
    const run = await stayer!.follow(runId);
    expect(run.last.__typename).toBe('RunFinished');
    expect(run.last.answer.text).toBe(run.text);
  });

  it('still limits password guesses', async () => {
    const codes: string[] = [];
    for (let i = 0; i <= ATTEMPTS; i += 1) {
      const { errors } = await product.graph(SIGN_IN, { input: { email: stayer!.email, password: `${PASSWORD}${i}` } });
      codes.push(errors![0]!.extensions['code']);
    }
    expect(codes.slice(0, ATTEMPTS / 2)).toEqual(Array.from({ length: ATTEMPTS / 2 }, () => 'INVALID_CREDENTIALS'));
    expect(codes.at(-1)).toBe('RATE_LIMITED');
  });

  it('reconnects to Redis, still rejects ended sessions, and delivers live messages again', async () => {
    await redis.start();
    await eventually(
      async () => product.logs.filter(({ msg }) => msg === 'reconnected to Redis').length,
      (count) => count >= 3,
      5_000,
    );
    expect(await leaver!.refused(VIEWER)).toBe('UNAUTHENTICATED');
    const { conversationId } = await stayer!.startConversation();
    const { runId } = await stayer!.send(conversationId, 'Tell me another story.');
    expect((await stayer!.follow(runId)).last.__typename).toBe('RunFinished');
  });
});
