import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isTitle } from '../support/model-script.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

let model: ModelServer;
let product: Product;
let ada: Person;

beforeAll(async () => {
  model = await startModelServer();
  product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'test' } });
  ada = await Person.signUp(product);
});

afterAll(async () => {
  await product.stop();
  await model.stop();
});

describe('the model of an answer', () => {
  const MODEL =
    'query ($id: ID!) { run(id: $id) { model { id name } conversation: message { conversation { modelId } } assistantVersion { model { id } } } }';
  const SEND_INPUT = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { run { id } } }';
  const START_INPUT = 'mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id modelId } } }';
  const REGENERATE_INPUT = 'mutation ($input: RegenerateInput!) { regenerate(input: $input) { run { id message { id } } } }';

  /** Returns the model that the provider was asked for, that of the events, and that of the answer. */
  async function modelsOf(runId: string): Promise<{ asked: unknown; streamed: unknown; shown: unknown; chosen: unknown }> {
    const read = await ada.follow(runId);
    const { run } = await ada.ask(MODEL, { id: runId });
    return {
      asked: model.requests.filter((request) => request.path.endsWith('/completions') && !isTitle(request)).at(-1)?.body.model,
      streamed: read.events[0]?.['model'],
      shown: run.model.id,
      chosen: run.conversation.conversation.modelId,
    };
  }

  const all = (id: string, chosen: string | null = id) => ({ asked: id, streamed: id, shown: id, chosen });

  it('is the one chosen with the message, stays for the next ones, and can be reset to that of the assistant', async () => {
    const { conversationId } = await ada.startConversation({ model: 'scripted' });
    const choices: [Record<string, unknown>, ReturnType<typeof all>][] = [
      [{}, all('scripted', null)],
      [{ model: 'scripted-large' }, all('scripted-large')],
      [{}, all('scripted-large')],
      [{ model: null }, all('scripted', null)],
      [{}, all('scripted', null)],
    ];
    for (const [more, expected] of choices) {
      const { runId } = await ada.send(conversationId, 'Who are you?', more);
      expect([more, await modelsOf(runId)]).toEqual([more, expected]);
    }
  });

  it('is the one chosen at the start of the conversation, and another when an answer is regenerated with it', async () => {
    const assistantId = await ada.createAssistant();
    const { startConversation } = await ada.ask(START_INPUT, { input: { assistantId, model: 'scripted-large' } });
    expect(startConversation.conversation.modelId).toBe('scripted-large');
    const { runId, answerId } = await ada.send(startConversation.conversation.id, 'Who are you?');
    expect(await modelsOf(runId)).toEqual(all('scripted-large'));
    const { regenerate } = await ada.ask(REGENERATE_INPUT, { input: { messageId: answerId, model: 'scripted' } });
    expect(await modelsOf(regenerate.run.id)).toEqual(all('scripted'));
    const { run } = await ada.ask(MODEL, { id: runId });
    expect(run.model.id).toBe('scripted-large');
  });

  it('is refused when the endpoint does not offer it, and no message is sent', async () => {
    const { conversationId, assistantId } = await ada.startConversation();
    const { answerId, runId } = await ada.send(conversationId, 'Hello');
    await ada.follow(runId);
    for (const model of ['gpt-unknown', '', 'SCRIPTED', ' scripted', 'x'.repeat(5000)]) {
      expect([model, await ada.refused(SEND_INPUT, { input: { conversationId, text: 'Hello', model } })]).toEqual([
        model,
        'MODEL_NOT_FOUND',
      ]);
      expect(await ada.refused(START_INPUT, { input: { assistantId, model } })).toBe('MODEL_NOT_FOUND');
      expect(await ada.refused(REGENERATE_INPUT, { input: { messageId: answerId, model } })).toBe('MODEL_NOT_FOUND');
    }
    const { conversation } = await ada.ask('query ($id: ID!) { conversation(id: $id) { messages { totalCount } } }', {
      id: conversationId,
    });
    expect(conversation.messages.totalCount).toBe(2);
  });
});
