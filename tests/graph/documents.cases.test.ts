import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument, type AddedDocument } from '../support/documents.ts';
import { Person } from '../support/person.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';

/** The expected result for a file, as in `manifest.json`. */
interface Case {
  file: string;
  name: string;
  type: string;
  status: 'READY' | 'FAILED' | 'REFUSED';
  /** The code of an expected failure. */
  code: string | null;
  /** Phrases that the extracted text must contain, in this order. */
  order: string[];
  absent: string[];
  /** Queries that must find this document. */
  search: string[];
  pages: number | null;
  /** The expected text as a whole. */
  exact: string | null;
  note: string;
}

const FOLDER = 'tests/cases/documents';
const CREATE = 'mutation { createKnowledgeBase(input: { name: "Case" }) { knowledgeBase { id } } }';
const ADD = 'mutation ($input: AddDocumentInput!) { addDocument(input: $input) { document { id } } }';
const READ = 'query ($id: ID!) { document(id: $id) { pages { text } } }';
const SEARCH = `query ($base: ID!, $query: String!) {
  searchKnowledge(input: { knowledgeBaseIds: [$base], query: $query, mode: KEYWORD, first: 5 }) { passage { document { id } } } }`;
const AT_ONCE = 6;

/** Cases that fail today. One that passes must be removed. */
const NOT_YET: string[] = [];

const cases = JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8')) as Case[];
const faults = new Map<string, string[]>();

let product: SharedProduct;
let ada: Person;

/** Returns every difference from the expected result. */
async function faultsOf(wanted: Case): Promise<string[]> {
  const base = (await ada.ask(CREATE)).createKnowledgeBase.knowledgeBase.id as string;
  const content = readFileSync(join(FOLDER, wanted.file));
  const file = { name: wanted.name, mediaType: wanted.type, content };
  if (wanted.status === 'REFUSED') {
    const input = { knowledgeBaseId: base, name: wanted.name, mediaType: wanted.type, sizeBytes: content.length };
    const { errors } = await product.graph(ADD, { input }, ada.token);
    return errors ? [] : ['the file was not refused'];
  }
  const added = await addDocument(ada, base, file);
  const found = [
    ...differs('status', added.status, wanted.status),
    ...(wanted.code ? differs('failure code', added.failureCode, wanted.code) : []),
    ...(wanted.pages === null ? [] : differs('pages', added.pageCount, wanted.pages)),
  ];
  return added.status === 'READY' ? [...found, ...(await textFaults(added, wanted)), ...(await searchFaults(base, added, wanted))] : found;
}

async function textFaults({ id }: AddedDocument, { order, absent, exact }: Case): Promise<string[]> {
  const pages = (await ada.ask(READ, { id })).document.pages as { text: string }[];
  const text = pages.map((page) => page.text).join('\n\n');
  const found = exact === null ? [] : differs('text', text, exact);
  let from = 0;
  for (const part of order) {
    const at = text.indexOf(part, from);
    if (at < 0) found.push(`${JSON.stringify(part)} is missing or out of order in ${JSON.stringify(text.slice(0, 400))}`);
    else from = at + part.length;
  }
  return [...found, ...absent.filter((part) => text.includes(part)).map((part) => `${JSON.stringify(part)} must not be there`)];
}

async function searchFaults(base: string, { id }: AddedDocument, { search }: Case): Promise<string[]> {
  const found: string[] = [];
  for (const query of search) {
    const hits = (await ada.ask(SEARCH, { base, query })).searchKnowledge as { passage: { document: { id: string } } }[];
    if (!hits.some((hit) => hit.passage.document.id === id)) found.push(`a search of ${JSON.stringify(query)} does not find it`);
  }
  return found;
}

function differs(what: string, is: unknown, wanted: unknown): string[] {
  return is === wanted ? [] : [`${what}: ${JSON.stringify(is)} in place of ${JSON.stringify(wanted)}`];
}

beforeAll(async () => {
  product = await sharedProduct();
  ada = await Person.signUp(product);
  const waiting = [...cases];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const failed = (error: unknown) => [String(error)];
      faults.set(next.file, await faultsOf(next).catch(failed));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}, 900_000);
afterAll(() => product?.leave());

describe('the sample files of tests/cases', () => {
  it.each(cases.filter(({ file }) => !NOT_YET.includes(file)).map(({ file, note }) => ({ file, note: note && ` (${note})` })))(
    '$file gives the expected text$note',
    ({ file }) => expect(faults.get(file)).toEqual([]),
  );

  it('no sample that is listed as failing passes', () => {
    expect(NOT_YET.filter((file) => faults.get(file)?.length === 0)).toEqual([]);
    expect(NOT_YET.filter((file) => !faults.has(file))).toEqual([]);
  });
});
