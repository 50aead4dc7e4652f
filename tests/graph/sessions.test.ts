import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { PASSWORD, Person } from '../support/person.ts';
import type { GraphAnswer } from '../support/product-pool/product-client.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';

const SIGN_IN = 'mutation SignIn($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken } }';
const REFRESH =
  'mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken refreshToken expiresAt user { id } } }';
const VIEWER = '{ viewer { id } }';
const INBOX = '{ notifications { totalCount edges { node { kind title link } } } }';
const RECEIVED = 'subscription { notificationReceived { id } }';

let product: SharedProduct;

beforeAll(async () => {
  product = await sharedProduct();
});

afterAll(async () => {
  await product?.leave();
});

const codeOf = (answer: GraphAnswer) => answer.errors?.[0]?.extensions['code'];
const refresh = (refreshToken: string) => product.graph(REFRESH, { input: { refreshToken } });
const successorOf = async (refreshToken: string): Promise<string> =>
  (await product.ask(REFRESH, { input: { refreshToken } })).refreshSession.refreshToken;

/** Uses a refresh token after its successor was used, as a thief would. */
async function stealSession({ refreshToken }: { refreshToken: string }): Promise<{ newest: string; answer: GraphAnswer }> {
  const newest = await successorOf(await successorOf(refreshToken));
  return { newest, answer: await refresh(refreshToken) };
}

describe('a session', () => {
  it('continues with a new token at each refresh', async () => {
    const person = await Person.signUp(product);
    const { refreshSession } = await product.ask(REFRESH, { input: { refreshToken: person.refreshToken } });
    expect(refreshSession.refreshToken).not.toBe(person.refreshToken);
    expect(refreshSession.user.id).toBe(person.id);
    expect(Date.parse(refreshSession.expiresAt)).toBeGreaterThan(Date.now());
    expect((await product.ask(VIEWER, {}, refreshSession.accessToken)).viewer.id).toBe(person.id);
  });

  it('invalidates its upload and download addresses when it ends', async () => {
    const grace = await Person.signUp(product, 'Grace');
    const { createKnowledgeBase } = await grace.ask(
      'mutation { createKnowledgeBase(input: { name: "Uploads" }) { knowledgeBase { id } } }',
    );
    const knowledgeBaseId = createKnowledgeBase.knowledgeBase.id;
    const { id } = await addDocument(grace, knowledgeBaseId, { name: 'g.txt', mediaType: 'text/plain', content: 'of Grace' });
    const { document } = await grace.ask('query ($id: ID!) { document(id: $id) { downloadUrl } }', { id });
    const { addDocument: announced } = await grace.ask(
      'mutation ($input: AddDocumentInput!) { addDocument(input: $input) { uploadUrl } }',
      { input: { knowledgeBaseId, name: 'h.txt', mediaType: 'text/plain', sizeBytes: 5 } },
    );
    expect((await fetch(document.downloadUrl)).status).toBe(200);
    await grace.ask('mutation { signOut { signedOut } }');
    expect((await fetch(document.downloadUrl)).status).toBe(404);
    expect((await fetch(announced.uploadUrl, { method: 'PUT', body: 'later' })).status).toBe(404);
  });

  it('gives the same successor to ten simultaneous refreshes', async () => {
    const { refreshToken } = await Person.signUp(product);
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)));
    const successors = new Set(answers.map(({ data }) => data?.refreshSession.refreshToken));
    expect(answers.filter(({ errors }) => errors)).toHaveLength(0);
    expect(successors.size).toBe(1);
  });

  it('gives the parent of the newest token the same successor again', async () => {
    const { refreshToken } = await Person.signUp(product);
    const successor = await successorOf(refreshToken);
    expect(await successorOf(refreshToken)).toBe(successor);
    expect((await refresh(successor)).errors).toBeUndefined();
  });

  it('ends, with all its tokens, when a grandparent is used again', async () => {
    const person = await Person.signUp(product);
    const { newest, answer } = await stealSession(person);
    expect(codeOf(answer)).toBe('SESSION_REUSED');
    expect(codeOf(await refresh(newest))).toBe('SESSION_REUSED');
    expect(codeOf(await product.graph(VIEWER, {}, person.token))).toBe('UNAUTHENTICATED');
  });

  it('notifies its person on other sessions when one of its tokens was reused', async () => {
    const person = await Person.signUp(product);
    const { signIn } = await product.ask(SIGN_IN, { input: { email: person.email, password: PASSWORD } });
    await stealSession(person);
    const { notifications } = await eventually(
      () => product.ask(INBOX, {}, signIn.accessToken),
      ({ notifications: { totalCount } }) => totalCount > 0,
    );
    expect(notifications.edges).toEqual([{ node: { kind: 'SECURITY', title: 'One of your sessions was ended', link: null } }]);
  });

  it('leaves the other sessions of the person unchanged when it ends', async () => {
    const person = await Person.signUp(product);
    const { signIn } = await product.ask(SIGN_IN, { input: { email: person.email, password: PASSWORD } });
    await stealSession(person);
    expect((await product.ask(VIEWER, {}, signIn.accessToken)).viewer.id).toBe(person.id);
    expect((await refresh(signIn.refreshToken)).errors).toBeUndefined();
  });

  it('ends when its person signs out: both tokens are refused from then on', async () => {
    const person = await Person.signUp(product);
    const { signOut } = await product.ask('mutation { signOut { signedOut } }', {}, person.token);
    expect(signOut.signedOut).toBe(true);
    expect(codeOf(await product.graph(VIEWER, {}, person.token))).toBe('UNAUTHENTICATED');
    expect(codeOf(await refresh(person.refreshToken))).toBe('UNAUTHENTICATED');
  });

  it('closes the sockets that it opened when it ends', async () => {
    const person = await Person.signUp(product);
    const stream = product.socket(person.token).iterate({ query: RECEIVED });
    const end = stream.next().then(
      () => 'an end',
      () => 'a refusal',
    );
    await product.ask('mutation { signOut { signedOut } }', {}, person.token);
    expect(['an end', 'a refusal']).toContain(await end);
  });

  it('is not opened by one kind of token in place of the other, nor by a forged one', async () => {
    const { token, refreshToken } = await Person.signUp(product);
    const answers = [await refresh(token), await product.graph(VIEWER, {}, refreshToken), await refresh('A'.repeat(43)), await refresh('')];
    expect(answers.map(codeOf)).toEqual(Array(4).fill('UNAUTHENTICATED'));
  });

  it('is not part of the public API: only the platform itself may read it', async () => {
    const { token } = await Person.signUp(product);
    const answer = await product.graph('{ session(id: "01890000-0000-7000-8000-000000000000") { userId role } }', {}, token);
    expect(answer.data).toBeUndefined();
    expect(codeOf(answer)).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});
