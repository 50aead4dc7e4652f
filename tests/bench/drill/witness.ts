import { isDeepStrictEqual } from 'node:util';
import { sha256Of } from '../../../infra/backup/manifest.ts';
import { eventually } from '../../support/eventually.ts';
import { PASSWORD } from '../../support/person.ts';
import { sentenceOf, type Member } from './company.ts';
import type { Site } from './site.ts';

const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const CONVERSATION = `query ($id: ID!) { conversation(id: $id) { title messages(first: 20) { edges { node { id role text
  citations { number quote document { name sha256 downloadUrl } } } } } } }`;
const SEARCH = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { id text } } }';
const INDEXES = '{ vectorIndexes(first: 1) { state documentCount indexedCount } }';
const BUSY = `select (select count(*) from conversations.run where status in ('QUEUED', 'RUNNING'))
  + (select count(*) from queue.job where state < 'completed') as count`;

/** Compares the product before and after a recovery: the rows, an old conversation, and searches by words and by vectors. */
export class Witness {
  #read: unknown;
  #hits: string[] = [];
  #at = '';
  #rows: unknown;

  readonly #member: Member;

  constructor(member: Member) {
    this.#member = member;
  }

  /** Records the state once all writers have stopped. */
  async remember(site: Site): Promise<void> {
    await eventually(
      () => site.ask<{ count: string }>(BUSY),
      ({ count }) => count === '0',
      120_000,
    );
    this.#at = new Date().toISOString();
    this.#rows = await site.ask(rowsUntil(this.#at));
    const token = await this.signIn(site);
    this.#read = await this.#conversation(site, token);
    this.#hits = await this.#find(site, token, 'VECTOR');
    if (!JSON.stringify(this.#read).includes('"quote"')) throw new Error('the conversation cites nothing');
    if (this.#hits.length === 0) throw new Error('vectors find nothing');
  }

  /** Asserts that every recorded row exists with the same content. */
  async compareRows(site: Site): Promise<void> {
    same('the rows', await site.ask(rowsUntil(this.#at)), this.#rows);
  }

  async signIn({ deployment }: Site, member = this.#member): Promise<string> {
    const { signIn } = await deployment.ask(SIGN_IN, { input: { email: member.person.email, password: PASSWORD } });
    return signIn.accessToken as string;
  }

  async readAgain(site: Site, token: string): Promise<void> {
    same('the conversation', await this.#conversation(site, token), this.#read);
  }

  async findByWords(site: Site, token: string): Promise<void> {
    if ((await this.#find(site, token, 'KEYWORD')).length === 0) throw new Error('words find nothing');
  }

  /** Resolves once every document is in the active index, and searches find the same as before. Returns the number of documents. */
  async findByVectors(site: Site, token: string): Promise<number> {
    const look = async () => {
      const [index] = (await site.deployment.ask(INDEXES, {}, token)).vectorIndexes;
      return { ...index, hits: await this.#find(site, token, 'VECTOR') };
    };
    const { documentCount } = await eventually(
      look,
      ({ state, documentCount: all, indexedCount, hits }) =>
        state === 'ACTIVE' && indexedCount === all && isDeepStrictEqual(hits, this.#hits),
      600_000,
    );
    return documentCount as number;
  }

  /** Includes the hash of the bytes behind its citations; their addresses differ each time. */
  async #conversation({ deployment }: Site, token: string): Promise<unknown> {
    const { conversation } = await deployment.ask(CONVERSATION, { id: this.#member.conversationId }, token);
    const cited = conversation.messages.edges.flatMap(({ node }: any) => node.citations.map(({ document }: any) => document));
    for (const document of cited) {
      const response = await fetch(document.downloadUrl);
      if (sha256Of(Buffer.from(await response.arrayBuffer())) !== document.sha256) throw new Error(`${document.name} is not what it was`);
      delete document.downloadUrl;
    }
    return conversation;
  }

  async #find({ deployment }: Site, token: string, mode: string): Promise<string[]> {
    const input = { query: sentenceOf(0, 3), knowledgeBaseIds: [this.#member.knowledgeBaseId], mode };
    const { searchKnowledge } = await deployment.ask(SEARCH, { input }, token);
    return searchKnowledge.map(({ passage }: any) => passage.id);
  }
}

/** Builds a query for one hash of each table: of its rows until a moment, by unchanging columns. */
function rowsUntil(at: string): string {
  const hash = (content: string, rows: string) =>
    `(select json_build_array(count(*), md5(string_agg(md5(${content}), '' order by t.id))) from ${rows} <= '${at}')`;
  return `select ${hash('t.email_key || t.password_hash', 'users."user" t where t.created_at')} as people,
    ${hash('t.text', 'conversations.message t where t.created_at')} as messages,
    ${hash('t.quote || t.number', 'conversations.citation t join conversations.message m on m.id = t.message_id where m.created_at')} as citations,
    ${hash("t.status || coalesce(t.failure, '')", 'conversations.run t where t.created_at')} as runs,
    ${hash('t.name || t.sha256 || t.status', 'knowledge.document t where t.created_at')} as documents,
    ${hash('t.text', 'knowledge.passage t join knowledge.document d on d.id = t.document_id where d.created_at')} as passages,
    ${hash('t.action || t.detail::text', 'analytics.audit_entry t where t.at')} as audit`;
}

function same(what: string, found: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(found, wanted))
    throw new Error(
      `${what} is not as it was: ${JSON.stringify(found).slice(0, 1000)} instead of ${JSON.stringify(wanted).slice(0, 1000)}`,
    );
}
