import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Person } from '../support/person.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';

const CREATE =
  'mutation ($input: CreateAssistantInput!) { createAssistant(input: $input) { assistant { id name version temperature starters model { id isLanguageModel } owner { id } tools { name } knowledgeBases { name } } } }';
const UPDATE =
  'mutation ($input: UpdateAssistantInput!) { updateAssistant(input: $input) { assistant { version name description instructions temperature } } }';
const DEFAULT = '{ defaultAssistant { id name version isDefault instructions modelId model { id } owner { id } } }';
const DELETE = 'mutation ($input: DeleteAssistantInput!) { deleteAssistant(input: $input) { deletedId } }';

let product: SharedProduct;
let ada: Person;
let eve: Person;

beforeAll(async () => {
  product = await sharedProduct();
  ada = await Person.signUp(product);
  eve = await Person.signUp(product, 'Eve');
});

afterAll(() => product.leave());

describe('an assistant', () => {
  it('is created with model, knowledge and tools', async () => {
    const base = await ada.ask('mutation { createKnowledgeBase(input: { name: "Manuals" }) { knowledgeBase { id } } }');
    const { createAssistant } = await ada.ask(CREATE, {
      input: {
        name: '  Guide ',
        instructions: 'Help.',
        temperature: 0.5,
        starters: ['Hello'],
        toolIds: ['calculate'],
        knowledgeBaseIds: [base.createKnowledgeBase.knowledgeBase.id],
      },
    });
    expect(createAssistant.assistant).toEqual({
      id: expect.any(String),
      name: 'Guide',
      version: 1,
      temperature: 0.5,
      starters: ['Hello'],
      model: { id: 'builtin', isLanguageModel: false },
      owner: { id: ada.id },
      tools: [{ name: 'calculate' }],
      knowledgeBases: [{ name: 'Manuals' }],
    });
  });

  it('keeps every version; an update leaves absent fields unchanged, and null resets nullable ones', async () => {
    const id = await ada.createAssistant({ description: 'First', temperature: 1 });
    const { updateAssistant } = await ada.ask(UPDATE, { input: { id, name: 'Renamed' } });
    expect(updateAssistant.assistant).toEqual({
      version: 2,
      name: 'Renamed',
      description: 'First',
      instructions: 'Be brief.',
      temperature: 1,
    });
    await ada.ask(UPDATE, { input: { id, temperature: null } });
    const { assistant } = await ada.ask(
      'query ($id: ID!) { assistant(id: $id) { temperature versions { totalCount edges { node { number name temperature } } } } }',
      { id },
    );
    expect(assistant.temperature).toBeNull();
    expect(assistant.versions.edges.map((edge: any) => edge.node)).toEqual([
      { number: 3, name: 'Renamed', temperature: null },
      { number: 2, name: 'Renamed', temperature: 1 },
      { number: 1, name: 'Helper', temperature: 1 },
    ]);
  });

  it('is found by name and description, page by page, with the wildcards of LIKE taken literally', async () => {
    for (let i = 0; i < 5; i++) await eve.createAssistant({ name: `Cook ${i}`, description: i === 0 ? '100% vegan' : '' });
    const list =
      'query ($first: Int, $after: String, $search: String) { assistants(first: $first, after: $after, search: $search) { totalCount pageInfo { hasNextPage endCursor } edges { node { name } } } }';
    const names: string[] = [];
    for (let after: string | null = null; ;) {
      const { assistants } = await eve.ask(list, { first: 2, after });
      expect(assistants.totalCount).toBe(5);
      names.push(...assistants.edges.map((edge: any) => edge.node.name));
      if (!assistants.pageInfo.hasNextPage) break;
      after = assistants.pageInfo.endCursor;
    }
    expect(names).toEqual(['Cook 4', 'Cook 3', 'Cook 2', 'Cook 1', 'Cook 0']);
    expect((await eve.ask(list, { search: '0%' })).assistants.totalCount).toBe(1);
    expect((await eve.ask(list, { search: 'COOK 3' })).assistants.totalCount).toBe(1);
    expect(await eve.refused(list, { first: 101 })).toBe('BAD_USER_INPUT');
    expect(await eve.refused(list, { after: 'nonsense' })).toBe('BAD_USER_INPUT');
  });

  it('is refused with fields that are too long, unknown ids, or knowledge of another person', async () => {
    const others = await eve.ask('mutation { createKnowledgeBase(input: { name: "Private" }) { knowledgeBase { id } } }');
    const wrong = [
      { name: ' ' },
      { name: 'x'.repeat(101) },
      { temperature: 3 },
      { starters: Array.from({ length: 9 }, () => 'Hi') },
      { toolIds: ['launch_rockets'] },
      { knowledgeBaseIds: [others.createKnowledgeBase.knowledgeBase.id] },
    ];
    for (const fields of wrong)
      expect([fields, await ada.refused(CREATE, { input: { name: 'A', instructions: '', ...fields } })]).toEqual([
        fields,
        'BAD_USER_INPUT',
      ]);
    expect(await ada.refused(CREATE, { input: { name: 'A', instructions: '', model: 'gpt-unknown' } })).toBe('MODEL_NOT_FOUND');
  });

  it('is NOT_FOUND for other people', async () => {
    const id = await ada.createAssistant();
    expect(await eve.refused('query ($id: ID!) { assistant(id: $id) { name } }', { id })).toBe('NOT_FOUND');
    expect(await eve.refused(UPDATE, { input: { id, name: 'Mine' } })).toBe('NOT_FOUND');
    expect(await eve.refused(DELETE, { input: { id } })).toBe('NOT_FOUND');
    expect(
      await eve.refused('mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }', {
        input: { assistantId: id },
      }),
    ).toBe('NOT_FOUND');
  });

  it('leaves its conversations readable when it is deleted', async () => {
    const { conversationId, assistantId } = await ada.startConversation();
    const { runId } = await ada.send(conversationId, 'Remember me');
    await ada.follow(runId);
    await ada.ask(DELETE, { input: { id: assistantId } });
    expect(await ada.refused('query ($id: ID!) { assistant(id: $id) { name } }', { id: assistantId })).toBe('NOT_FOUND');
    const { run } = await ada.ask('query ($id: ID!) { run(id: $id) { message { text } assistantVersion { name } } }', { id: runId });
    expect(run).toEqual({ message: { text: expect.stringMatching(/\S/) }, assistantVersion: { name: 'Helper' } });
    expect(
      await ada.refused('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { run { id } } }', {
        input: { conversationId, text: 'More' },
      }),
    ).toBe('ASSISTANT_DELETED');
  });
});

describe('the default assistant', () => {
  const START = 'mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id assistant { id } } } }';

  it('is created once when ten requests need it at the same moment', async () => {
    const grace = await Person.signUp(product, 'Grace');
    const asked = Array.from({ length: 5 }, async () => (await grace.ask(DEFAULT)).defaultAssistant.id as string);
    const started = Array.from(
      { length: 5 },
      async () => (await grace.ask(START, { input: {} })).startConversation.conversation.assistant.id as string,
    );
    const ids = new Set(await Promise.all([...asked, ...started]));
    expect(ids.size).toBe(1);
    const { assistants } = await grace.ask('{ assistants { totalCount edges { node { id version versions { totalCount } } } } }');
    expect(assistants).toEqual({ totalCount: 1, edges: [{ node: { id: [...ids][0], version: 1, versions: { totalCount: 1 } } }] });
  });

  it('belongs to one person, names no model, and answers where no assistant is named', async () => {
    const [grace, linus] = [await Person.signUp(product, 'Grace'), await Person.signUp(product, 'Linus')];
    const { defaultAssistant } = await grace.ask(DEFAULT);
    expect(defaultAssistant).toEqual({
      id: expect.any(String),
      name: 'Assistant',
      version: 1,
      isDefault: true,
      instructions: expect.stringMatching(/\S/),
      modelId: null,
      model: { id: 'builtin' },
      owner: { id: grace.id },
    });
    expect((await linus.ask(DEFAULT)).defaultAssistant.id).not.toBe(defaultAssistant.id);
    const { startConversation } = await grace.ask(START, { input: { assistantId: null } });
    expect(startConversation.conversation.assistant.id).toBe(defaultAssistant.id);
    const { runId } = await grace.send(startConversation.conversation.id, 'Hello');
    expect((await grace.follow(runId)).text).toMatch(/No language model is connected/);
    expect(await product.graph(DEFAULT)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('may be changed like any other, and is created again after its deletion', async () => {
    const grace = await Person.signUp(product, 'Grace');
    const { id } = (await grace.ask(DEFAULT)).defaultAssistant;
    await grace.ask(UPDATE, { input: { id, name: 'Secretary' } });
    expect((await grace.ask(DEFAULT)).defaultAssistant).toMatchObject({ id, name: 'Secretary', version: 2, isDefault: true });
    await grace.ask(DELETE, { input: { id } });
    const { startConversation } = await grace.ask(START, { input: {} });
    const another = (await grace.ask(DEFAULT)).defaultAssistant;
    expect(another).toMatchObject({ id: startConversation.conversation.assistant.id, name: 'Assistant', version: 1 });
    expect(another.id).not.toBe(id);
  });

  it('is not created before a request needs it', async () => {
    const grace = await Person.signUp(product, 'Grace');
    const id = await grace.createAssistant();
    await grace.ask(START, { input: { assistantId: id } });
    const { assistants } = await grace.ask('{ assistants { edges { node { id isDefault } } } }');
    expect(assistants.edges).toEqual([{ node: { id, isDefault: false } }]);
  });
});
