import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { OUTCOMES } from '../support/quirks/outcomes.ts';
import { ANSWER } from '../support/quirks/quirk.ts';
import { QUIRKS, startQuirkServer, type QuirkServer } from '../support/quirks/quirk-server.ts';

const START = 'mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }';
const RUN = `query ($id: ID!) { run(id: $id) { status failureCode failure failureDetail
  toolCalls { status arguments } message { text reasoning isTruncated } } }`;
const CREATE_BASE = 'mutation { createKnowledgeBase(input: { name: "Harbour" }) { knowledgeBase { id } } }';
const SEARCH = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { text } } }';

let server: QuirkServer;
let product: Product;
let admin: Person;
let ada: Person;
let assistantId: string;

beforeAll(async () => {
  server = await startQuirkServer();
  const env = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'sk-secret1234567890', OPENAI_MODEL: 'quirk', EMBEDDING_MODEL: 'e' };
  product = await startProduct({ env });
  admin = await Person.signUp(product, 'Admin');
  ada = await Person.signUp(product);
  const { tools } = await ada.ask('{ tools { id name } }');
  assistantId = await ada.createAssistant({ toolIds: tools.filter(({ name }: any) => name === 'calculate').map(({ id }: any) => id) });
});

afterAll(async () => {
  await product?.stop();
  await server?.stop();
});

async function startConversation(person = ada): Promise<string> {
  const id = person === ada ? assistantId : await person.createAssistant();
  return (await person.ask(START, { input: { assistantId: id } })).startConversation.conversation.id;
}

/** Runs a question that selects the quirk, to its end. */
async function ask(name: string, person = ada, conversationId?: string): Promise<any> {
  const { runId } = await person.send(conversationId ?? (await startConversation(person)), `[[q:${name}]] What is 6*7?`);
  const read = async () => (await person.ask(RUN, { id: runId })).run;
  const run = await eventually(read, ({ status }) => status !== 'QUEUED' && status !== 'RUNNING', 30_000);
  // Resets the circuit breaker: several failures in a row would open it, and the next quirk would not be requested.
  if (run.status === 'FAILED' && name !== 'plain') await ask('plain');
  return run;
}

describe('the platform with answers of a quirky model server', () => {
  it.each(Object.keys(QUIRKS))('reads an answer with the quirk %s', async (name) => {
    const { text, reasoning = null, isTruncated = false, fails = null, calls = [] } = OUTCOMES[name] ?? {};
    const run = await ask(name);
    expect({ status: run.status, code: run.failureCode }).toEqual({ status: fails ? 'FAILED' : 'COMPLETED', code: fails });
    expect(run.message).toMatchObject({ reasoning, isTruncated });
    expect(run.toolCalls).toEqual(calls.map((expression) => ({ status: 'SUCCEEDED', arguments: { expression } })));
    // After tool calls the server answers with their results and with the faults that a strict server finds in the replayed calls.
    if (OUTCOMES[name]?.calls) expect(run.message.text).toMatch(/RESULTS [\s\S]+ STRICT\[\]$/);
    else expect(run.message.text).toBe(text ?? ANSWER);
    if (fails) expect(run.failure).not.toMatch(/cannot be reached|sk-secret/);
  });

  it('expects outcomes only for existing quirks (control)', () => {
    expect(Object.keys(OUTCOMES).filter((name) => !(name in QUIRKS))).toEqual([]);
  });

  it("shows the provider's error message to administrators, without the API key, and not to others", async () => {
    expect((await ask('error-object-object')).failureDetail).toBeNull();
    expect((await ask('error-object-object', admin)).failureDetail).toContain('The model is overloaded');
    const { failureDetail } = await ask('error-key-repeated', admin);
    expect(failureDetail).toContain('Incorrect API key provided');
    expect(failureDetail).not.toContain('sk-secret');
  });

  it('keeps reasoning out of the history and of the title', async () => {
    server.mode = 'titles';
    const conversationId = await startConversation();
    await ask('think-tags', ada, conversationId);
    const title = async () =>
      (await ada.ask('query ($id: ID!) { conversation(id: $id) { title } }', { id: conversationId })).conversation.title;
    expect(await eventually(title, (found) => !found.includes('[[q:'))).toBe('The answer is fine');
    server.mode = '';
    server.requests.length = 0;
    await ask('plain', ada, conversationId);
    expect(JSON.stringify(server.requests)).not.toContain('secret');
    expect(JSON.stringify(server.requests)).toContain(ANSWER);
  });
});

describe('the platform with a quirky embedding endpoint', () => {
  const WORDS = ['harbour', 'tide', 'anchor', 'lantern', 'compass', 'rudder', 'sail', 'keel', 'buoy', 'pilot', 'cargo', 'crane'];

  /** Ingests a document of some twenty passages under the mode, and returns what a search for a word of it finds. */
  async function index(mode: string) {
    server.mode = mode;
    const knowledgeBaseId = (await ada.ask(CREATE_BASE)).createKnowledgeBase.knowledgeBase.id as string;
    const lines = WORDS.map((word) => `# ${word} ${mode}\n\n${`The ${word} of the ${mode} pier stands by the keeper. `.repeat(40)}`);
    const upload = { name: 'a.md', mediaType: 'text/markdown', content: lines.join('\n\n') };
    const { status, failure } = await addDocument(ada, knowledgeBaseId, upload);
    const input = { query: 'lantern', knowledgeBaseIds: [knowledgeBaseId], mode: 'HYBRID', first: 1 };
    const { searchKnowledge } = await ada.ask(SEARCH, { input });
    server.mode = '';
    return { status, failure, found: searchKnowledge[0]?.passage.text ?? '' };
  }

  it.each(
    'e-base64 e-index0 e-noindex e-reversed e-nested e-strings e-llamacpp e-tei e-ollama e-cohere e-text-plain e-no-encoding e-too-long e-too-large-500 e-batch10 e-batch-413 e-batch-422 e-batch1'.split(
      ' ',
    ),
  )('ingests a document despite the response format or limit %s', async (mode) => {
    const { status, failure, found } = await index(mode);
    expect({ status, failure }).toEqual({ status: 'READY', failure: null });
    expect(found).toContain('lantern');
  });

  it.each([
    ['e-never', 'rejected the text'],
    ['e-no-model', 'is not available'],
    ['e-nan', 'without a direction'],
  ])('fails a document at once on the permanent refusal %s, and finds it by words nevertheless', async (mode, reason) => {
    const { status, failure, found } = await index(mode);
    expect(status).toBe('FAILED');
    expect(failure).toContain(reason);
    expect(failure).not.toContain('message is too long');
    expect(found).toContain('lantern');
  });
});
