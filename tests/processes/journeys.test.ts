import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeOnEachDeployment, type Installation } from '../support/deployment/each-deployment.ts';
import { eventually } from '../support/eventually.ts';
import { answering, isTitle } from '../support/model-script.ts';
import type { Person } from '../support/person.ts';
import { RUN_EVENTS, shownText } from '../support/run-reader.ts';
import { prepareDeepQuery, DEEP_QUERY } from '../support/deep-query.ts';

const STORY = 'Six times seven is forty-two, which was known before anybody asked.';
const ANSWER = `query ($id: ID!) { message(id: $id) { text run {
  status attempt assistantVersion { number } toolCalls { status result tool { name } } usage { inputTokens outputTokens } } } }`;
const TITLE = 'query ($id: ID!) { conversation(id: $id) { title activeRun { id } } }';
const TRACES = 'query ($id: ID!) { auditLog(filter: { targetId: $id }) { edges { node { action actor { id } } } } }';

const PAPER = 'tests/documents/REPAIR-2022-INV-001_multipage.pdf';
const QUESTION = 'What is the policy number of Bruce Wayne?';
const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const ADD = 'mutation ($input: AddDocumentInput!) { addDocument(input: $input) { document { id status } uploadUrl } }';
const DOCUMENT_EVENTS = `subscription ($id: ID!) { documentEvents(knowledgeBaseId: $id) {
  documentId status stage document { name pageCount passageCount } } }`;
const SOURCES = `query ($id: ID!) { message(id: $id) { text citations {
  number page quote passage { id page text document { id name pageCount downloadUrl knowledgeBase { name } } } } } }`;
const PAGES = 'query ($id: ID!) { document(id: $id) { sha256 pages(first: 10) { number text } } }';
const INBOX = '{ notifications(first: 10) { edges { node { kind title link } } } }';

/** The expected result of the deep query, equal in every deployment. */
const tellings: unknown[] = [];

/** Requests alternate between gateways, so one reads what the other has written. */
describeOnEachDeployment(null, 'the product', (open) => {
  let place: Installation;
  let ada: Person;
  let conversationId: string;

  beforeAll(async () => {
    place = await open();
    ({ ada, conversationId } = await prepareDeepQuery(place.product, place.model));
  });
  afterAll(() => place?.stop());

  it('returns a conversation with sources, tools and cost by one query over all subgraphs', async () => {
    const telling = await ada.ask(DEEP_QUERY, { id: conversationId });
    expect(await ada.ask(DEEP_QUERY, { id: conversationId })).toEqual(telling);
    expect(telling.viewer.name).toBe('Ada');
    const answers = telling.conversation.messages.edges.map((edge: any) => edge.node).filter((node: any) => node.role === 'ASSISTANT');
    expect(answers).toHaveLength(3);
    expect(answers[0]).toEqual({
      role: 'ASSISTANT',
      text: 'That is 24 euros [1].',
      citations: [
        {
          number: 1,
          passage: {
            page: null,
            text: expect.stringContaining('berth'),
            document: { name: 'harbour.md', pageCount: null, knowledgeBase: { name: 'Harbour' } },
          },
        },
      ],
      run: {
        status: 'COMPLETED',
        assistantVersion: { number: 1, tools: [{ name: 'calculate' }] },
        toolCalls: [{ tool: { name: 'calculate' }, result: expect.objectContaining({ value: '24' }) }],
        usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number), costUsd: null },
      },
    });
    tellings.push(telling);
    expect(telling).toEqual(tellings[0]);
  });

  it('streams an answer to its last token, and updates notifications, usage and the audit log', async () => {
    const { conversationId } = await ada.startConversation({ instructions: 'Answer in one sentence.', toolIds: ['calculate'] });
    const silence = Promise.withResolvers<void>();
    place.model.clear();
    place.model.reply(
      answering({ until: silence.promise, toolCalls: [{ name: 'calculate', arguments: { expression: '6 * 7' } }] }),
      answering({ text: STORY, delayMs: 40 }),
      { when: isTitle, text: 'Six times seven' },
    );

    // The message is stored and its run can be followed before the model has answered.
    const { runId, answerId } = await ada.send(conversationId, 'What is six times seven?');
    const { message: empty } = await ada.ask(ANSWER, { id: answerId });
    expect([empty.text, ['QUEUED', 'RUNNING'].includes(empty.run.status)]).toEqual(['', true]);

    // Two subscribe at the beginning, two after a part has been written.
    const early = [ada.follow(runId), ada.follow(runId)];
    silence.resolve();
    await eventually(
      () => ada.ask(ANSWER, { id: answerId }),
      ({ message }) => message.text !== '',
    );
    const late = [ada.follow(runId), ada.follow(runId)];
    const [read, ...others] = await Promise.all([...early, ...late]);
    for (const other of others) expect(other.events).toEqual(read!.events);
    expect(read!.text).toBe(STORY);
    expect(read!.kinds.filter((kind) => kind !== 'TextDelta')).toEqual([
      'RunStarted',
      'ToolCallStarted',
      'ToolCallFinished',
      'RunFinished',
    ]);
    expect(read!.last.answer).toEqual({ id: answerId, text: STORY });

    const [first, second] = place.model.requests.filter((request) => request.path.endsWith('/completions') && !isTitle(request));
    expect(first!.body.messages![0]!.content).toContain('Answer in one sentence.');
    expect(first!.body.tools!.map(({ function: { name } }) => name)).toEqual(['calculate']);
    expect(second!.body.messages!.at(-1)).toMatchObject({ role: 'tool', content: expect.stringContaining('42') });

    const { message } = await eventually(
      () => ada.ask(ANSWER, { id: answerId }),
      ({ message }) => message.run.usage !== null,
    );
    expect(message).toEqual({
      text: STORY,
      run: {
        status: 'COMPLETED',
        attempt: 1,
        assistantVersion: { number: 1 },
        toolCalls: [{ status: 'SUCCEEDED', result: expect.objectContaining({ value: '42' }), tool: { name: 'calculate' } }],
        usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
      },
    });
    const { conversation } = await eventually(
      () => ada.ask(TITLE, { id: conversationId }),
      ({ conversation }) => conversation.title === 'Six times seven',
    );
    expect(conversation.activeRun).toBeNull();
    const traces = async () => (await ada.ask(TRACES, { id: runId })).auditLog.edges.map(({ node }: any) => node.action);
    await eventually(traces, (actions) => actions.includes('run.finished'));
  });

  it('stops an answer through any gateway, for all its readers', async () => {
    const { conversationId } = await ada.startConversation();
    place.model.clear();
    place.model.reply(answering({ tokens: 500, delayMs: 20 }));
    const { runId, answerId } = await ada.send(conversationId, 'A long story');
    const other = ada.follow(runId);
    const events: any[] = [];
    for await (const { data } of place.product.socket(ada.token).iterate<any>({ query: RUN_EVENTS, variables: { runId } })) {
      events.push(data.runEvents);
      if (events.filter(({ __typename }) => __typename === 'TextDelta').length === 3)
        await ada.ask('mutation ($input: StopRunInput!) { stopRun(input: $input) { run { id } } }', { input: { runId } });
    }
    expect(events.at(-1).__typename).toBe('RunStopped');
    expect((await other).events).toEqual(events);
    expect((await ada.ask(ANSWER, { id: answerId })).message).toMatchObject({ text: shownText(events), run: { status: 'STOPPED' } });
    await eventually(
      async () => place.model.aborted(),
      (count) => count === 1,
    );
  });

  it('ingests a PDF until an answer cites one of its passages', async () => {
    const { createKnowledgeBase } = await ada.ask(CREATE_BASE, { input: { name: 'Repairs' } });
    const knowledgeBaseId: string = createKnowledgeBase.knowledgeBase.id;
    const seen: any[] = [];
    const watching = (async () => {
      const events = place.product.socket(ada.token).iterate<any>({ query: DOCUMENT_EVENTS, variables: { id: knowledgeBaseId } });
      for await (const { data } of events) if (seen.push(data.documentEvents) && seen.at(-1).stage === 'READY') return;
    })();
    const bytes = readFileSync(PAPER);
    const input = { knowledgeBaseId, name: 'repair.pdf', mediaType: 'application/pdf', sizeBytes: bytes.length };
    const { document, uploadUrl } = (await ada.ask(ADD, { input })).addDocument;
    expect(document.status).toBe('AWAITING_FILE');
    expect(new URL(uploadUrl).origin).toBe(place.product.url);
    // The subscription is active once it reports the document that awaits its file.
    await eventually(
      async () => seen.length,
      (count) => count > 0,
    );
    expect((await fetch(uploadUrl, { method: 'PUT', headers: { 'content-type': 'application/pdf' }, body: bytes })).status).toBe(200);
    await watching;
    expect(new Set(seen.map(({ stage }) => stage))).toEqual(
      new Set(['AWAITING_FILE', 'QUEUED', 'EXTRACTING', 'EMBEDDING', 'INDEXING', 'READY']),
    );
    expect(seen.at(-1)).toMatchObject({ documentId: document.id, status: 'READY', document: { name: 'repair.pdf', pageCount: 3 } });

    const { conversationId } = await ada.startConversation({ knowledgeBaseIds: [knowledgeBaseId] });
    place.model.clear();
    place.model.reply(answering({ text: 'It is IM-BATMAN [1].' }));
    const { runId, answerId } = await ada.send(conversationId, QUESTION);
    expect((await ada.follow(runId)).last.__typename).toBe('RunFinished');
    expect(JSON.stringify(place.model.requests.map(({ body }) => body.messages))).toContain('IM-BATMAN | Model | Batmobile');
    const { message } = await ada.ask(SOURCES, { id: answerId });
    const [source] = message.citations;
    expect(source).toMatchObject({
      number: 1,
      page: 2,
      passage: {
        page: 2,
        text: source.quote,
        document: { id: document.id, name: 'repair.pdf', pageCount: 3, knowledgeBase: { name: 'Repairs' } },
      },
    });
    const { document: whole } = await ada.ask(PAGES, { id: document.id });
    expect(whole.pages.find(({ number }: any) => number === 2).text).toContain(source.quote);

    const { downloadUrl } = source.passage.document;
    expect(new URL(downloadUrl).origin).toBe(place.product.url);
    expect(Buffer.from(await (await fetch(downloadUrl)).arrayBuffer()).equals(bytes)).toBe(true);
    const part = await fetch(downloadUrl, { headers: { range: 'bytes=0-4' } });
    expect([part.status, await part.text()]).toEqual([206, '%PDF-']);
    const inbox = async () => (await ada.ask(INBOX)).notifications.edges.map(({ node }: any) => node.title);
    await eventually(inbox, (titles) => titles.includes('repair.pdf is ready'));
  });
});
