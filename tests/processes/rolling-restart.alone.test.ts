import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Deployment, missingServers } from '../support/deployment/deployment.ts';
import { ReconnectingReader } from '../support/deployment/reconnecting-reader.ts';
import { Person } from '../support/person.ts';
import { readRun } from '../support/run-reader.ts';
import { describeWhen } from '../support/when.ts';

const CLIENTS = 6;
const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const START = 'mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }';
const SEND = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { run { id } } }';
const READ = '{ viewer { name } assistants(first: 5) { edges { node { name model { id } } } } tools { name } }';

interface Stream {
  person: Person;
  watcher: ReconnectingReader;
}

describeWhen(missingServers, 'a deployment during a rolling restart', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await Deployment.start({
      gateways: 2,
      balanced: true,
      workers: 2,
      replicas: 2,
      // Hundreds of requests are made per minute.
      env: { QUOTA_KNOWLEDGE_BASES: '100000' },
      model: { otherwise: { tokens: 150, delayMs: 100 } },
    });
  });
  afterAll(async () => {
    await deployment?.stop();
  });

  it('fails no request, and every stream continues', async () => {
    const people = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => Person.signUp(deployment.gateways[0]!.product, `Person ${index}`)),
    );
    let isRenewed = false;
    const streams: Stream[] = [];
    const assistants = await Promise.all(people.map((person) => person.createAssistant()));
    const failures: string[] = [];
    let answered = 0;
    const watching = people.map(async (person, index) => {
      const agent = new Agent({ connections: 1 });
      while (!isRenewed) {
        await talk(person, assistants[index]!, agent).then(
          (stream) => streams.push(stream),
          (error: Error) => failures.push(error.message),
        );
      }
      await agent.close();
    });
    const asking = people.map(async ({ token }, index) => {
      const agent = new Agent({ connections: 1 });
      for (let turn = 0; !isRenewed; turn++) {
        const mutation = { query: CREATE_BASE, variables: { input: { name: `${index}-${turn}` } } };
        const failure = await ask(turn % 3 === 0 ? mutation : { query: READ }, token, agent);
        if (failure) failures.push(failure);
        else answered += 1;
      }
      await agent.close();
    });
    try {
      for (const role of deployment.all) {
        await role.stop();
        await role.start();
      }
    } finally {
      isRenewed = true;
      await Promise.all(asking);
    }
    await Promise.all(watching);
    expect({ failures, reasons: failures.length > 0 ? deployment.complaints() : [] }).toEqual({ failures: [], reasons: [] });
    expect(answered).toBeGreaterThan(200);
    for (const { person, watcher } of streams) {
      const log = await readRun(deployment.gateways[0]!.product.socket(person.token), watcher.runId);
      expect(watcher.events).toEqual(log.events);
      expect(log.last.__typename).toBe('RunFinished');
    }
    const moved = streams.filter(({ watcher }) => watcher.reconnects > 0 || watcher.events.some(({ attempt }) => attempt > 1));
    const pauses = moved.map(({ watcher }) => Math.round(watcher.longestPauseMs)).sort((a, b) => a - b);
    expect(moved.length).toBeGreaterThan(0);
    process.stderr.write(
      `${answered} requests answered; ${moved.length} of ${streams.length} streams moved, with pauses of ${pauses.join(', ')} ms\n`,
    );
  }, 600_000);

  async function post(body: object, token: string, dispatcher: Agent): Promise<{ status: number; text: string }> {
    const { statusCode, body: answer } = await request(`${deployment.url}/graphql`, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    return { status: statusCode, text: await answer.text() };
  }

  /** Null, or the error. */
  async function ask(body: object, token: string, dispatcher: Agent): Promise<string | null> {
    try {
      const { status, text } = await post(body, token, dispatcher);
      return status === 200 && !text.includes('"errors"') ? null : `${status} ${text.slice(0, 300)}`;
    } catch (error) {
      return String(error);
    }
  }

  /** Sends a question through the balancer and follows its answer to the end. */
  async function talk(person: Person, assistantId: string, agent: Agent): Promise<Stream> {
    const data = async (query: string, input: object) => {
      const { text } = await post({ query, variables: { input } }, person.token, agent);
      const answer = JSON.parse(text);
      if (answer.errors) throw new Error(text);
      return answer.data;
    };
    const { startConversation } = await data(START, { assistantId });
    const { sendMessage } = await data(SEND, { conversationId: startConversation.conversation.id, text: 'Tell me a story.' });
    const watcher = new ReconnectingReader({ gateways: () => [deployment.url], token: person.token, runId: sendMessage.run.id });
    return { person, watcher: await watcher.watch() };
  }
});
