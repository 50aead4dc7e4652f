import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../support/free-port.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct } from '../support/product.ts';
import { RawSocket } from '../support/raw/socket.ts';
import { ServerProcess } from '../support/server-process.ts';

let model: ModelServer;
beforeAll(async () => {
  model = await startModelServer();
});
afterAll(() => model.stop());

describe('a starting process', () => {
  it('answers every connection from the beginning, and resets none when the role takes over', async () => {
    const port = await freePort();
    const answers: number[] = [];
    const cutOff: string[] = [];
    let isUp = false;
    const ask = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { headers: { connection: 'close' } }).catch(String);
      if (typeof answer !== 'string') answers.push(answer.status);
      else if (answers.length > 0) cutOff.push(answer);
    };
    const asking = [1, 2, 3, 4].map(async () => {
      while (!isUp) await ask();
    });
    const product = await startProduct({ env: { PORT: String(port) } });
    isUp = true;
    await Promise.all(asking);
    await ask();
    await product.stop();
    expect(cutOff).toEqual([]);
    expect(answers[0]).toBe(503);
    expect(answers.at(-1)).toBe(200);
  });
});

describe('a process that receives a stop signal', () => {
  it('closes sockets with 1001, completes running requests, and exits within ten seconds', async () => {
    const product = await startProduct({ env: { OPENAI_BASE_URL: model.url } });
    const ada = await Person.signUp(product);
    const socket = await RawSocket.enter(product, ada.token);
    const events = fetch(`${product.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${ada.token}` },
      body: JSON.stringify({ query: 'subscription { notificationReceived { id } }' }),
    }).then((response) => response.text());
    // Hashing a password is slow enough for the request to be running still.
    const underWay = Array.from({ length: 8 }, () =>
      Person.signUp(product, 'Late').then(
        () => 'answered',
        (error: Error) => (/SHUTTING_DOWN/.test(error.message) ? 'turned away' : error.message),
      ),
    );
    await ada.ask('{ viewer { id } }');

    const began = performance.now();
    const stopped = product.stop();
    expect((await socket.closed).code).toBe(1001);
    expect(await events).toContain('"code":"SHUTTING_DOWN"');
    await stopped;
    expect(performance.now() - began).toBeLessThan(10_000);
    expect((await Promise.all(underWay)).filter((outcome) => outcome !== 'answered' && outcome !== 'turned away')).toEqual([]);
    expect(product.child.exitCode).toBe(0);
  });

  it('exits at once at a second signal', async () => {
    const product = await startProduct();
    const stopped = product.stop();
    product.child.kill('SIGTERM');
    await stopped;
    expect([0, 1]).toContain(product.child.exitCode);
  });

  it('exits at once while it waits for its servers', async () => {
    const env = { ...process.env, PORT: '0', DATABASE_URL: `postgres://parley@127.0.0.1:${await freePort()}/parley` };
    const starting = new ServerProcess([process.execPath, 'dist/infra/start.js'], /waiting for a server/, { env });
    await starting.start();
    await starting.end('SIGTERM');
    expect(starting.exitCode).toBe(0);
  });

  it('releases its run for the next process', async () => {
    const first = await startProduct({ env: { OPENAI_BASE_URL: model.url } });
    const ada = await Person.signUp(first);
    const { conversationId } = await ada.startConversation();
    model.reply({ tokens: 200, delayMs: 20 });
    const { runId } = await ada.send(conversationId, 'A long answer');
    await first.kill();
    const second = await startProduct({ env: { OPENAI_BASE_URL: model.url }, dataDir: first.dataDir });
    try {
      const { run } = await second.ask('query ($id: ID!) { run(id: $id) { status } }', { id: runId }, ada.token);
      expect(['QUEUED', 'RUNNING', 'COMPLETED']).toContain(run.status);
      for await (const { data, errors } of second
        .socket(ada.token)
        .iterate<any>({ query: 'subscription ($id: ID!) { runEvents(runId: $id) { __typename } }', variables: { id: runId } })) {
        expect(errors).toBeUndefined();
        if (data.runEvents.__typename === 'RunFinished') return;
      }
      throw new Error('the run did not finish');
    } finally {
      await second.stop();
    }
  });
});
