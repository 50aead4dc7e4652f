import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Deployment, missingServers } from '../support/deployment/deployment.ts';
import { addDocument } from '../support/documents.ts';
import { Person } from '../support/person.ts';
import { readRun } from '../support/run-reader.ts';
import { describeWhen } from '../support/when.ts';

const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const SEARCH = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { text document { name } } } }';
const HARBOUR = 'The harbour of Brennholm freezes in February, and the ferries rest until the ice breaks.';

describeWhen(missingServers, 'the product as separate roles', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await Deployment.start({ gateways: 2, workers: 2, model: { otherwise: { tokens: 40 } } });
  });
  afterAll(async () => {
    await deployment?.stop();
  });

  it('takes a document, finds it, and answers with it, through either gateway', async () => {
    const [here, there] = deployment.gateways.map((gateway) => gateway.product) as [any, any];
    const ada = await Person.signUp(here);
    const { createKnowledgeBase } = await ada.ask(CREATE_BASE, { input: { name: 'Harbours' } });
    const knowledgeBaseId = createKnowledgeBase.knowledgeBase.id;
    const document = await addDocument(ada, knowledgeBaseId, { name: 'harbour.txt', mediaType: 'text/plain', content: HARBOUR });
    expect(document).toMatchObject({ status: 'READY' });
    const { searchKnowledge } = await there.ask(SEARCH, { input: { query: 'harbour', knowledgeBaseIds: [knowledgeBaseId] } }, ada.token);
    expect(searchKnowledge[0].passage).toEqual({ text: expect.stringContaining('Brennholm'), document: { name: 'harbour.txt' } });

    const { conversationId } = await ada.startConversation({ knowledgeBaseIds: [knowledgeBaseId] });
    const { runId } = await ada.send(conversationId, 'When does the harbour freeze?');
    const [near, far] = await Promise.all([ada.follow(runId), readRun(there.socket(ada.token), runId)]);
    expect(far.events).toEqual(near.events);
    expect(far.last.__typename).toBe('RunFinished');
  });
});
