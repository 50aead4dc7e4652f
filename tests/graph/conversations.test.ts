import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { answering, isTitle, type ModelRequest, type Reply } from '../support/model-script.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { RUN_EVENTS, shownText } from '../support/run-reader.ts';

const THREAD = `query ($id: ID!, $leafId: ID) {
  conversation(id: $id) {
    title selectedLeafId activeRun { id }
    thread(leafId: $leafId) { totalCount edges { node { id role text parentId siblingIds run { status failureCode attempt } } } }
  }
}`;

let model: ModelServer;
let product: Product;
let ada: Person;
let eve: Person;

beforeAll(async () => {
  model = await startModelServer();
  product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'test', PROVIDER_IDLE_MS: '1500' } });
  ada = await Person.signUp(product);
  eve = await Person.signUp(product, 'Eve');
});

afterAll(async () => {
  await product.stop();
  await model.stop();
});

function answer(...replies: Reply[]): void {
  model.reply(...replies.map(answering));
}

function answersAsked(): ModelRequest[] {
  return model.requests.filter((request) => request.path.endsWith('/completions') && !isTitle(request));
}

async function threadOf(person: Person, id: string, leafId?: string) {
  const { conversation } = await person.ask(THREAD, { id, leafId });
  return { ...conversation, messages: conversation.thread.edges.map((edge: any) => edge.node) };
}

describe('a conversation', () => {
  it('stores exactly the text that it streams, with contiguous cursors', async () => {
    const { conversationId } = await ada.startConversation();
    answer({ text: 'One two three four five.', delayMs: 5 });
    const { runId } = await ada.send(conversationId, 'Count for me');
    const read = await ada.follow(runId);
    expect(read.text).toBe('One two three four five.');
    expect(read.events.map((event) => event.cursor)).toEqual(read.events.map((_, i) => `1-${i + 1}`));
    expect(read.kinds[0]).toBe('RunStarted');
    expect(read.last).toMatchObject({ __typename: 'RunFinished', answer: { text: read.text } });
    const thread = await threadOf(ada, conversationId);
    expect(thread.messages.map((message: any) => message.text)).toEqual(['Count for me', read.text]);
    expect(thread.title).toBe('Count for me');
    expect(thread.activeRun).toBeNull();
  });

  it('replays a finished run from any cursor', async () => {
    const { conversationId } = await ada.startConversation();
    answer({ text: 'alpha beta gamma delta', delayMs: 15 });
    const { runId } = await ada.send(conversationId, 'Go');
    const whole = await ada.follow(runId);
    for (const [i, event] of whole.events.slice(0, -1).entries()) {
      const rest = await ada.follow(runId, event.cursor);
      expect(rest.events).toEqual(whole.events.slice(i + 1));
    }
  });

  it('streams the same events to two readers, one of whom subscribes late', async () => {
    const { conversationId } = await ada.startConversation();
    answer({ tokens: 40, delayMs: 10 });
    const { runId } = await ada.send(conversationId, 'Talk');
    const first = ada.follow(runId);
    await new Promise<void>((resolve) => {
      const events: any[] = [];
      ada.product.socket(ada.token).subscribe(
        { query: RUN_EVENTS, variables: { runId } },
        {
          next: ({ data }: any) => {
            events.push(data.runEvents);
            if (shownText(events).length > 50) resolve();
          },
          error: () => {},
          complete: () => resolve(),
        },
      );
    });
    const late = await ada.follow(runId);
    expect((await first).events).toEqual(late.events);
  });

  it('answers a repeated send with the same message, and refuses another request with its idempotency key', async () => {
    const { conversationId } = await ada.startConversation();
    const sends = await Promise.all([1, 2, 3].map(() => ada.send(conversationId, 'Only once', { idempotencyKey: 'key-1' })));
    expect(new Set(sends.map((sent) => sent.messageId)).size).toBe(1);
    await ada.follow(sends[0]!.runId);
    expect((await ada.send(conversationId, 'Only once', { idempotencyKey: 'key-1' })).runId).toBe(sends[0]!.runId);
    const code = await ada.refused('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { run { id } } }', {
      input: { conversationId, text: 'Something else', idempotencyKey: 'key-1' },
    });
    expect(code).toBe('IDEMPOTENCY_CONFLICT');
    expect((await threadOf(ada, conversationId)).thread.totalCount).toBe(2);
  });

  it('stops a run on request, aborts the provider, and keeps the text so far', async () => {
    const { conversationId } = await ada.startConversation();
    model.clear();
    answer({ tokens: 500, delayMs: 20 });
    const { runId } = await ada.send(conversationId, 'A long story');
    const events: any[] = [];
    for await (const { data } of product.socket(ada.token).iterate<any>({ query: RUN_EVENTS, variables: { runId } })) {
      events.push(data.runEvents);
      if (events.filter((event) => event.__typename === 'TextDelta').length === 3) {
        await ada.ask('mutation ($input: StopRunInput!) { stopRun(input: $input) { run { id } } }', { input: { runId } });
      }
    }
    expect(events.at(-1)).toMatchObject({ __typename: 'RunStopped', answer: { text: shownText(events) } });
    // The model server has a connection of its own, so it may see the abort later than the follower sees the end of the run.
    await eventually(
      async () => answersAsked().map(({ aborted }) => aborted),
      (left) => left.join() === 'true',
    );
    const { messages } = await threadOf(ada, conversationId);
    expect(messages[1]).toMatchObject({ text: shownText(events), run: { status: 'STOPPED' } });
    const { run } = await eventually(
      () => ada.ask('query ($id: ID!) { run(id: $id) { usage { inputTokens outputTokens estimated } } }', { id: runId }),
      ({ run }) => run.usage !== null,
    );
    expect(run.usage).toEqual({ inputTokens: expect.any(Number), outputTokens: expect.any(Number), estimated: true });
    expect(Math.min(run.usage.inputTokens, run.usage.outputTokens)).toBeGreaterThan(0);
  });

  it('keeps the text that a failing provider sent, and names the failure', async () => {
    const { conversationId } = await ada.startConversation();
    for (const [fault, code] of [
      ['destroy-mid', 'PROVIDER_UNAVAILABLE'],
      ['stall-after-first', 'PROVIDER_TIMEOUT'],
      ['eof-no-finish', 'PROVIDER_BAD_RESPONSE'],
      ['401', 'PROVIDER_REFUSED'],
    ] as const) {
      answer({ fault });
      const { runId, answerId } = await ada.send(conversationId, `Fail with ${fault}`);
      const read = await ada.follow(runId);
      expect(read.last).toMatchObject({ __typename: 'RunFailed', code });
      const { message } = await ada.ask('query ($id: ID!) { message(id: $id) { text run { status failureCode failure } } }', {
        id: answerId,
      });
      expect(message).toEqual({ text: read.text, run: { status: 'FAILED', failureCode: code, failure: expect.stringMatching(/\.$/) } });
    }
  });

  it('creates a sibling of an edited message and an alternative of a regenerated answer, and remembers the branch', async () => {
    const { conversationId } = await ada.startConversation();
    answer({ text: 'First.' }, { text: 'Second.' }, { text: 'Third.' });
    const one = await ada.send(conversationId, 'Question');
    await ada.follow(one.runId);
    const edited = await ada.send(conversationId, 'Better question', { parentId: null });
    await ada.follow(edited.runId);
    const { regenerate } = await ada.ask(
      'mutation ($input: RegenerateInput!) { regenerate(input: $input) { run { id message { id } } } }',
      { input: { messageId: edited.answerId } },
    );
    await ada.follow(regenerate.run.id);

    const current = await threadOf(ada, conversationId);
    expect(current.messages.map((message: any) => message.text)).toEqual(['Better question', 'Third.']);
    expect(current.messages[0].siblingIds).toEqual([one.messageId, edited.messageId]);
    expect(current.messages[1].siblingIds).toEqual([edited.answerId, regenerate.run.message.id]);

    await ada.ask('mutation ($input: SelectBranchInput!) { selectBranch(input: $input) { conversation { id } } }', {
      input: { conversationId, leafId: one.messageId },
    });
    expect((await threadOf(ada, conversationId)).messages.map((message: any) => message.text)).toEqual(['Question', 'First.']);
  });

  it('refuses a second message while an answer is being written', async () => {
    const { conversationId } = await ada.startConversation();
    answer({ tokens: 30, delayMs: 20 });
    const { runId } = await ada.send(conversationId, 'Slowly');
    expect(
      await ada.refused('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { run { id } } }', {
        input: { conversationId, text: 'Hurry' },
      }),
    ).toBe('RUN_ACTIVE');
    await ada.follow(runId);
  });

  it('pins each answer to the version of the assistant that gave it', async () => {
    const { conversationId, assistantId } = await ada.startConversation({ instructions: 'Version one.' });
    const first = await ada.send(conversationId, 'Who are you?');
    await ada.follow(first.runId);
    await ada.ask('mutation ($input: UpdateAssistantInput!) { updateAssistant(input: $input) { assistant { version } } }', {
      input: { id: assistantId, instructions: 'Version two.' },
    });
    const second = await ada.send(conversationId, 'And now?');
    await ada.follow(second.runId);
    const versionOf = async (id: string) =>
      (await ada.ask('query ($id: ID!) { run(id: $id) { assistantVersion { number instructions } } }', { id })).run.assistantVersion;
    expect(await versionOf(first.runId)).toEqual({ number: 1, instructions: 'Version one.' });
    expect(await versionOf(second.runId)).toEqual({ number: 2, instructions: 'Version two.' });
    expect(answersAsked().at(-1)!.body.messages![0]!.content).toContain('Version two.');
  });

  it('sends the model the whole selected branch and nothing of other branches', async () => {
    const { conversationId } = await ada.startConversation();
    answer({ text: 'Hidden.' }, { text: 'Seen.' }, { text: 'Last.' });
    const hidden = await ada.send(conversationId, 'Not this');
    await ada.follow(hidden.runId);
    const seen = await ada.send(conversationId, 'This', { parentId: null });
    await ada.follow(seen.runId);
    model.clear();
    answer({ text: 'Last.' });
    await ada.follow((await ada.send(conversationId, 'And this')).runId);
    expect(
      answersAsked()[0]!
        .body.messages!.slice(1)
        .map((message) => message.content),
    ).toEqual(['This', 'Seen.', 'And this']);
  });

  it('is found by words of its messages, which the excerpt marks', async () => {
    const { conversationId } = await ada.startConversation();
    answer({ text: 'The heliotrope blooms in summer.' });
    await ada.follow((await ada.send(conversationId, 'When does it bloom?')).runId);
    const find =
      'query ($query: String!) { searchMessages(query: $query) { snippet marks { start end } message { conversation { id } } } }';
    const { searchMessages } = await ada.ask(find, { query: 'heliotr' });
    expect(searchMessages).toHaveLength(1);
    const [hit] = searchMessages;
    expect(hit.message.conversation.id).toBe(conversationId);
    expect(hit.marks.map((mark: any) => hit.snippet.slice(mark.start, mark.end))).toEqual(['heliotrope']);
    expect((await eve.ask(find, { query: 'heliotrope' })).searchMessages).toEqual([]);
  });

  it('is found with an excerpt that begins shortly before the match and has no Markdown', async () => {
    const text = `## Migration\n\n| Area | Before |\n| --- | --- |\n${'| Queue | dual lanes |\n'.repeat(20)}\nThen the **dual-write** phase of the [quartzite](https://example.org) begins.`;
    const sent = await ada.send((await ada.startConversation()).conversationId, text);
    await ada.follow(sent.runId);
    const find = 'query ($query: String!) { searchMessages(query: $query) { snippet marks { start end } message { id } } }';
    const { searchMessages } = await ada.ask(find, { query: 'dual-write quartzite' });
    const hit = searchMessages.find(({ message }: any) => message.id === sent.messageId);
    expect(hit.marks[0].start).toBeLessThan(40);
    expect(hit.marks.map((mark: any) => hit.snippet.slice(mark.start, mark.end))).toEqual(
      expect.arrayContaining(['dual', 'write', 'quartzite']),
    );
    expect(hit.snippet).not.toMatch(/[|*#]|\]\(/);
  });

  it('is NOT_FOUND for other people, by every operation', async () => {
    const { conversationId } = await ada.startConversation();
    const sent = await ada.send(conversationId, 'Private');
    await ada.follow(sent.runId);
    const attempts: [string, Record<string, unknown>][] = [
      ['query ($id: ID!) { conversation(id: $id) { id } }', { id: conversationId }],
      ['query ($id: ID!) { message(id: $id) { text } }', { id: sent.messageId }],
      ['query ($id: ID!) { run(id: $id) { status } }', { id: sent.runId }],
      ['mutation ($input: SendMessageInput!) { sendMessage(input: $input) { run { id } } }', { input: { conversationId, text: 'Hello' } }],
      ['mutation ($input: RegenerateInput!) { regenerate(input: $input) { run { id } } }', { input: { messageId: sent.answerId } }],
      ['mutation ($input: StopRunInput!) { stopRun(input: $input) { run { id } } }', { input: { runId: sent.runId } }],
      [
        'mutation ($input: RenameConversationInput!) { renameConversation(input: $input) { conversation { id } } }',
        { input: { id: conversationId, title: 'Mine' } },
      ],
      [
        'mutation ($input: DeleteConversationInput!) { deleteConversation(input: $input) { deletedId } }',
        { input: { id: conversationId } },
      ],
      [
        'mutation ($input: SelectBranchInput!) { selectBranch(input: $input) { conversation { id } } }',
        { input: { conversationId, leafId: sent.answerId } },
      ],
    ];
    for (const [query, variables] of attempts) expect([query, await eve.refused(query, variables)]).toEqual([query, 'NOT_FOUND']);
    await expect(eve.follow(sent.runId)).rejects.toThrow('NOT_FOUND');
  });

  it('refuses cursors that are malformed or beyond the last event', async () => {
    const { conversationId } = await ada.startConversation();
    const { runId } = await ada.send(conversationId, 'Short');
    await ada.follow(runId);
    for (const after of ['garbage', '-1--1', '9-1', '1-9999']) {
      await expect(ada.follow(runId, after)).rejects.toThrow('BAD_USER_INPUT');
    }
  });

  it('is deleted with all its messages and runs', async () => {
    const { conversationId } = await ada.startConversation();
    const { runId } = await ada.send(conversationId, 'Forget the zebra');
    await ada.follow(runId);
    await ada.ask('mutation ($input: DeleteConversationInput!) { deleteConversation(input: $input) { deletedId } }', {
      input: { id: conversationId },
    });
    expect(await ada.refused('query ($id: ID!) { run(id: $id) { id } }', { id: runId })).toBe('NOT_FOUND');
    expect((await ada.ask('{ searchMessages(query: "zebra") { snippet } }')).searchMessages).toEqual([]);
  });
});
