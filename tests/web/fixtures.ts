import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { addDocument } from '../support/documents.ts';
import { lastUserMessage, type ModelRequest, type Reply } from '../support/model-script.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

const TYPES: Record<string, string> = {
  pdf: 'application/pdf',
  html: 'text/html',
  csv: 'text/csv',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};

const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const TOOLS = '{ tools { id name } }';

export interface Fixtures {
  /** Has a model and an embedding model; Ada has used it for a while. */
  full: Product;
  /** Has default settings; Grace has just signed up. */
  bare: Product;
  model: ModelServer;
  ada: Person;
  grace: Person;
  baseId: string;
  /** Has one readable document and one that failed. */
  inboxId: string;
  emptyBaseId: string;
  /** For uploads that are cancelled. */
  uploadBaseId: string;
  paperId: string;
  assistantId: string;
  conversationId: string;
  toolConversationId: string;
  /** Its answer has every kind of content that an answer can have. */
  richConversationId: string;
  failedConversationId: string;
  stop(): Promise<void>;
}

export function documentPath(name: string): string {
  return resolve('tests/documents', name);
}

/** Starts two real products and a scripted model, with the data of two people. */
export async function createFixtures(): Promise<Fixtures> {
  const model = await startModelServer({ models: ['atlas-large', 'atlas-small'], otherwise: scriptOf });
  const env = { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'scripted', OPENAI_MODEL: 'atlas-large', EMBEDDING_MODEL: 'atlas-embed' };
  const full = await startProduct({ env });
  const bare = await startProduct();
  const [ada, grace] = await Promise.all([Person.signUp(full, 'Ada Lovelace'), Person.signUp(bare, 'Grace Hopper')]);
  const knowledge = await fillKnowledge(ada);
  const emptyBaseId = await createBase(grace, 'Field notes', 'What the survey teams bring home.');
  const uploadBaseId = await createBase(grace, 'Survey of 2026', 'On its way.');
  const assistants = await createAssistants(ada, knowledge.baseId);
  const conversations = await converse(ada, assistants.assistantId);
  return {
    full,
    bare,
    model,
    ada,
    grace,
    emptyBaseId,
    uploadBaseId,
    ...knowledge,
    ...assistants,
    ...conversations,
    stop: async () => {
      await Promise.all([full.stop(), bare.stop()]);
      await model.stop();
    },
  };
}

async function fillKnowledge(ada: Person) {
  const baseId = await createBase(ada, 'Papers on agents', 'Published work that the research group cites.');
  const inboxId = await createBase(ada, 'Receipts and repairs', 'What was bought and mended, as it came in.');
  await createBase(ada, 'Onboarding', '');
  const paper = await add(ada, baseId, 'test.pdf', 'AutoGen, multi-agent conversation.pdf');
  await add(ada, baseId, 'test.docx', 'AutoGen, author’s copy.docx');
  await add(ada, baseId, 'test_blog.html', 'Hyperparameter tuning, blog.html');
  await add(ada, baseId, 'equations.docx', 'Equations.docx');
  await add(ada, inboxId, 'REPAIR-2022-INV-001_multipage.pdf', 'Repair invoice 2022-001.pdf');
  await add(ada, inboxId, 'RECEIPT-2024-TXN-98765_retail_purchase.pdf', 'Receipt 98765.pdf');
  await add(ada, inboxId, 'SPARSE-2024-INV-1234_borderless_table.pdf', 'Invoice 1234.pdf');
  await add(ada, inboxId, 'test_mskanji.csv', 'Addresses (Shift-JIS).csv');
  await add(ada, inboxId, 'RECEIPT-2024-TXN-98765_retail_purchase.pdf', 'Receipt 98765 (copy).pdf');
  await add(ada, inboxId, 'MEDRPT-2024-PAT-3847_medical_report_scan.pdf', 'Scanned report 3847.pdf');
  await addDocument(ada, inboxId, { name: 'Torn receipt.pdf', mediaType: 'application/pdf', content: '%PDF-1.7\nand nothing more' });
  return { baseId, inboxId, paperId: paper };
}

async function createAssistants(ada: Person, baseId: string) {
  const { tools } = (await ada.ask(TOOLS)) as { tools: { id: string; name: string }[] };
  await ada.createAssistant({
    name: 'Receipts clerk',
    description: 'Finds what was paid, when and to whom.',
    instructions: 'Be exact with figures.',
  });
  await ada.createAssistant({
    name: 'Plain writer',
    description: 'Shortens and straightens what you paste.',
    instructions: 'Use short words.',
    model: 'atlas-small',
  });
  const assistantId = await ada.createAssistant({
    name: 'Paper reader',
    description: 'Answers from the papers and names the page.',
    instructions: 'Answer from the papers you are given. Quote the page. When they do not hold the answer, say so.',
    knowledgeBaseIds: [baseId],
    toolIds: tools.map(({ id }) => id),
    starters: ['What is a conversable agent?', 'How do the authors measure success?', 'Where does it fail?'],
  });
  await ada.ask('mutation ($input: UpdateAssistantInput!) { updateAssistant(input: $input) { assistant { id } } }', {
    input: { id: assistantId, temperature: 0.2 },
  });
  return { assistantId };
}

const SLOW_ANSWER = 'The authors compare it with single-agent systems on six tasks, among them mathematics, retrieval and coding. '.repeat(
  12,
);

const ANSWER = `A **conversable agent** is an entity with a role that can pass messages to others and receive them [1]. The paper builds on three ideas:

1. Agents may be backed by a language model, by tools, by a person, or by any mix of these [1].
2. Conversations are *programmed*: who speaks next is a rule, in code or in words [2].
3. Simple agents are combined until the task is done.

| Agent | Backed by | Asks a person |
| --- | --- | --- |
| Assistant | a language model | no |
| User proxy | code and tools | when it must |

\`\`\`python
user_proxy.initiate_chat(assistant, message="Plot the chart.")
\`\`\``;

const RICH_ANSWER = `<think>They ask for the cost of a round. I count the pairs first, then I multiply by the price.</think>

# What a round costs

A round asks every agent once [1], so it costs $n \\cdot p$, and all pairs [2] cost

$$C(n) = \\sum_{i=1}^{n} \\frac{i\\,(n - i)}{2} \\cdot p$$

| Agents | Pairs | Cost | Needs a person | Where it stands in the paper | Since |
| ---: | ---: | ---: | --- | --- | --- |
| 2 | 1 | 0.50 | no | section 2, *Conversable agents* | 2023 |
| 4 | 6 | 3.00 | when it must | section 3, \`applications\` | 2023 |

## In two languages

\`\`\`ts
// Twice the pairs: each of them speaks.
export const cost = (agents: number, price = 0.5): number => ((agents * (agents - 1)) / 2) * price; // which is long enough to be wider than its box
\`\`\`

\`\`\`ts
console.log(cost(4), /^a+$/.test('aa'), null);
\`\`\`

\`\`\`diff
- price = 1
+ price = 0.5
\`\`\`

> A quote, with [a link](https://example.org/) in it.

- [x] counted
- [ ] paid

| Step | Done |
| --- | --- |
| Count | yes |`;

/** Answers by the content of the request, so that the order of requests does not matter. */
export function scriptOf({ body }: ModelRequest): Reply {
  const question = lastUserMessage(body);
  const hasResult = body.messages?.some(({ role }) => role === 'tool');
  if (question.includes('a round of agents'))
    return hasResult ? { text: RICH_ANSWER } : { toolCalls: [{ name: 'calculate', arguments: { expression: '6 * 0.5' } }] };
  if (question.includes('licences')) {
    return hasResult
      ? { text: 'Four licences cost **50** a month.' }
      : { toolCalls: [{ name: 'calculate', arguments: { expression: '4 * 12.5' } }] };
  }
  if (question.includes('Summarise the evaluation')) return { fault: '429-quota' };
  if (question.includes('measure success')) return { text: SLOW_ANSWER, delayMs: 60 };
  return { text: ANSWER };
}

async function converse(ada: Person, assistantId: string) {
  const toolConversationId = await say(ada, assistantId, 'What do four licences at 12.50 cost?');
  const richConversationId = await say(ada, assistantId, 'What does a round of agents cost?');
  const failedConversationId = await say(ada, assistantId, 'Summarise the evaluation section.');
  const conversationId = await say(ada, assistantId, 'What is a conversable agent?');
  return { conversationId, toolConversationId, richConversationId, failedConversationId };
}

async function say(ada: Person, assistantId: string, text: string): Promise<string> {
  const data = await ada.ask('mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }', {
    input: { assistantId },
  });
  const { id } = data.startConversation.conversation;
  const { runId } = await ada.send(id, text);
  await ada.follow(runId);
  return id;
}

async function createBase(person: Person, name: string, description: string): Promise<string> {
  const data = await person.ask(CREATE_BASE, { input: { name, description } });
  return data.createKnowledgeBase.knowledgeBase.id;
}

async function add(person: Person, baseId: string, file: string, name: string): Promise<string> {
  const mediaType = TYPES[name.split('.').at(-1)!]!;
  const { id } = await addDocument(person, baseId, { name, mediaType, content: readFileSync(documentPath(file)) });
  return id;
}
