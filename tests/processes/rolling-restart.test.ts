import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Balancer } from '../support/deployment/balancer.ts';
import { Deployment, missingServers } from '../support/deployment/deployment.ts';
import { Watcher } from '../support/deployment/watcher.ts';
import { Person } from '../support/person.ts';
import { readRun } from '../support/run-reader.ts';
import { describeWhen } from '../support/when.ts';

const CLIENTS = 6;
const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const READ = '{ viewer { name } assistants(first: 5) { edges { node { name model { id } } } } tools { name } }';

/** Sixteen processes start twice; a machine that does other things beside may be too slow for it. */
const missing = process.env['NIGHTLY'] ? missingServers : 'it wants the machine for itself; NIGHTLY=1 runs it';

describeWhen(missing, 'a deployment that is renewed process by process', () => {
  let deployment: Deployment;
  let balancer: Balancer;
  beforeAll(async () => {
    deployment = await Deployment.start({
      gateways: 2,
      workers: 2,
      replicas: 2,
      model: { otherwise: { tokens: 600, delayMs: 100 } },
    });
    balancer = new Balancer(() => deployment.gateways.map(({ url }) => url));
    await balancer.start();
  });
  afterAll(async () => {
    await balancer?.stop();
    await deployment?.stop();
  });

  it('fails no request, and every stream goes on', async () => {
    const people = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => Person.signUp(deployment.gateways[0]!.product, `Person ${index}`)),
    );
    const watchers = await Promise.all(people.map((person) => talk(person)));
    const watching = Promise.all(watchers.map((watcher) => watcher.watch()));
    let isRenewed = false;
    const failures: string[] = [];
    let answered = 0;
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
    for (const process of deployment.all) {
      await process.stop();
      await process.start();
    }
    isRenewed = true;
    await Promise.all(asking);
    expect({ failures, reasons: failures.length > 0 ? deployment.complaints() : [] }).toEqual({ failures: [], reasons: [] });
    expect(answered).toBeGreaterThan(200);
    await watching;
    for (const [index, watcher] of watchers.entries()) {
      const log = await readRun(deployment.gateways[0]!.product.socket(people[index]!.token), watcher.runId);
      expect(watcher.events).toEqual(log.events);
      expect(log.last.__typename).toBe('RunFinished');
    }
  }, 600_000);

  async function ask(body: object, token: string, dispatcher: Agent): Promise<string | null> {
    try {
      const answer = await request(`${balancer.url}/graphql`, {
        dispatcher,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, host: new URL(deployment.gateways[0]!.url).host },
        body: JSON.stringify(body),
      });
      const text = await answer.body.text();
      return answer.statusCode === 200 && !text.includes('"errors"') ? null : `${answer.statusCode} ${text.slice(0, 300)}`;
    } catch (error) {
      return String(error);
    }
  }

  async function talk(person: Person): Promise<Watcher> {
    const { conversationId } = await person.startConversation();
    const { runId } = await person.send(conversationId, 'Tell me a long story.');
    return new Watcher({ gateways: () => deployment.gateways.map(({ url }) => url), token: person.token, runId });
  }
});
