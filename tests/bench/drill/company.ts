import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addDocument } from '../../support/documents.ts';
import { defaultAnswer } from '../../support/model-script.ts';
import { Person } from '../../support/person.ts';
import type { ProductApi } from '../../support/product.ts';
import { inTurns } from '../in-turns.ts';

const AT_ONCE = 8;
/** One in so many people has a knowledge base. */
const PER_KEEPER = 10;
const QUESTIONS = ['Who keeps the key of the locker?', 'And what does the rule say about the signal in the morning?'];
const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';

/** Files of tests/documents/; with the texts beside them, six kinds. */
const FILES = {
  'test.pdf': 'application/pdf',
  'REPAIR-2022-INV-001_multipage.pdf': 'application/pdf',
  'SPARSE-2024-INV-1234_borderless_table.pdf': 'application/pdf',
  'movie-theater-booking-2024.pdf': 'application/pdf',
  'test.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'test_with_comment.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'test_blog.html': 'text/html',
  'test_mskanji.csv': 'text/csv',
};
/** The number of texts of each knowledge base, no two the same. */
const TEXTS = 12;
const WORDS_OF_A_TEXT = 2_000;

/** A person with an assistant and a first conversation; some assistants answer from a knowledge base. */
export interface Member {
  person: Person;
  conversationId: string;
  knowledgeBaseId: string | null;
}

export interface Company {
  members: Member[];
  /** Has a knowledge base, and is the administrator. */
  founder: Member;
  keepers: Member[];
  documents: number;
}

/** Signs everybody up, uploads and asks through the API. */
export async function foundCompany(door: ProductApi, people: number): Promise<Company> {
  // The first account becomes the administrator.
  const first = await Person.signUp(door, 'Person 0');
  const members = await inTurns(people, AT_ONCE, async (index) =>
    settle(index === 0 ? first : await Person.signUp(door, `Person ${index}`), index),
  );
  const keepers = members.filter(({ knowledgeBaseId }) => knowledgeBaseId !== null);
  return { members, founder: members[0]!, keepers, documents: keepers.length * (Object.keys(FILES).length + TEXTS) };
}

/** A sentence that occurs in one text of one knowledge base only. */
export const sentenceOf = (keeper: number, text: number) => `Locker k${keeper}t${text} is opened by the harbour office alone.`;

async function settle(person: Person, index: number): Promise<Member> {
  const knowledgeBaseId = index % PER_KEEPER === 0 ? await fillBase(person, index / PER_KEEPER) : null;
  const { conversationId } = await person.startConversation(knowledgeBaseId ? { knowledgeBaseIds: [knowledgeBaseId] } : {});
  for (const question of QUESTIONS) {
    const { last } = await person.follow((await person.send(conversationId, question)).runId);
    if (last.__typename !== 'RunFinished') throw new Error(`an answer ended with ${JSON.stringify(last)}`);
  }
  return { person, conversationId, knowledgeBaseId };
}

async function fillBase(person: Person, keeper: number): Promise<string> {
  const { createKnowledgeBase } = await person.ask(CREATE_BASE, { input: { name: `Rules of department ${keeper}` } });
  const id = createKnowledgeBase.knowledgeBase.id as string;
  const files = Object.entries(FILES).map(([name, mediaType]) => ({
    name,
    mediaType,
    content: readFileSync(join('tests/documents', name)) as string | Uint8Array,
  }));
  for (let text = 0; text < TEXTS; text++) {
    const content = `${sentenceOf(keeper, text)}\n\n${defaultAnswer(`${keeper}-${text}`, WORDS_OF_A_TEXT).replaceAll('. ', '.\n')}`;
    const [end, mediaType] = text % 2 === 0 ? ['txt', 'text/plain'] : ['md', 'text/markdown'];
    files.push({ name: `rule-${text}.${end}`, mediaType, content });
  }
  for (const file of files) {
    const { status, failure } = await addDocument(person, id, file);
    if (status !== 'READY') throw new Error(`${file.name}: ${failure}`);
  }
  return id;
}
