import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { EMAIL, STEPS } from '../support/audit-steps.ts';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { PASSWORD, Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

const AUDIT = `query ($first: Int, $after: String, $filter: AuditFilter) { auditLog(first: $first, after: $after, filter: $filter) {
  totalCount pageInfo { hasNextPage endCursor }
  edges { node { id at actor { id name } action targetType targetId detail requestId ip } } } }`;

let model: ModelServer;
let product: Product;
let admin: Person;

beforeAll(async () => {
  model = await startModelServer();
  product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'test', SIGN_INS_PER_MINUTE: '1000' } });
  admin = await Person.signUp(product, 'Admin');
});

afterAll(async () => {
  await product?.stop();
  await model?.stop();
});

async function entries(filter: Record<string, unknown>): Promise<any[]> {
  const { auditLog } = await admin.ask(AUDIT, { first: 100, filter });
  return auditLog.edges.map(({ node }: any) => node);
}

/** Sends a request with a request id of its own, by which its audit entries are found. */
async function traced(requestId: string, query: string, { input, token }: { input?: unknown; token?: string | undefined }): Promise<any> {
  const response = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': requestId, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables: input === undefined ? {} : { input } }),
  });
  return response.json();
}

describe('the audit log', () => {
  const made: Record<string, any> = {};
  beforeAll(() => void (made['model'] = model));

  it('has a test step for every mutation of the graph', () => {
    const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'));
    expect(STEPS.map(({ mutation }) => mutation).sort()).toEqual(Object.keys(schema.getMutationType()!.getFields()).sort());
  });

  it.each(STEPS)(
    'holds exactly one entry of each $mutation',
    async ({ mutation, select, action, input, anonymous, admin: asAdmin, before }) => {
      await before?.(made);
      const requestId = `audit-${mutation}`;
      const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!`;
      const document = input ? `mutation ($input: ${type}) { ${mutation}(input: $input) ${select} }` : `mutation { ${mutation} ${select} }`;
      const { data, errors } = await traced(requestId, document, {
        input: input?.(made),
        token: anonymous ? undefined : (asAdmin ? admin : made['person']).token,
      });
      expect(errors).toBeUndefined();
      made[mutation] = data[mutation];
      if (mutation === 'signUp')
        made['person'] = Object.assign(Object.create(Person.prototype), {
          product,
          id: data.signUp.user.id,
          token: data.signUp.accessToken,
        });

      // Events are delivered in order, so an entry for a later event proves that all earlier ones were delivered.
      const marker = await Person.signUp(product);
      await eventually(
        () => entries({ action: 'user.signedUp', targetId: marker.id }),
        ({ length }) => length === 1,
      );
      const found = (await entries({ action })).filter((entry) => entry.requestId === requestId);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ actor: { id: (asAdmin ? admin : made['person']).id }, ip: '127.0.0.1' });
      expect(found[0].targetId).toBeTruthy();
    },
  );

  it('records a failed sign-in with the account that it aimed at', async () => {
    const { errors } = await traced('audit-failed', 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }', {
      input: { email: EMAIL, password: 'not the password' },
    });
    expect(errors[0].extensions.code).toBe('INVALID_CREDENTIALS');
    const [entry] = await eventually(
      () => entries({ action: 'user.signInFailed' }),
      ({ length }) => length > 0,
    );
    expect(entry).toMatchObject({ actor: null, targetType: 'User', targetId: made['person'].id, requestId: 'audit-failed' });
  });

  it('holds no passwords, tokens or other secrets', async () => {
    const text = JSON.stringify(await entries({}));
    for (const secret of [PASSWORD, 'not the password', made['signIn'].refreshToken, made['signIn'].accessToken, 'argon2'])
      expect(text).not.toContain(secret);
  });

  it('is read page by page, each entry once, the newest first', async () => {
    const all = await entries({ actorId: made['person'].id });
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { auditLog }: any = await admin.ask(AUDIT, { first: 4, after, filter: { actorId: made['person'].id } });
      seen.push(...auditLog.edges.map(({ node }: any) => node.id));
      ({ endCursor: after, hasNextPage: more } = auditLog.pageInfo);
    }
    expect(seen).toEqual(all.map(({ id }) => id));
    expect(all.map(({ at }) => at)).toEqual(
      all
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
  });

  it('filters by action, target and time', async () => {
    const targetId = made['createAssistant'].assistant.id;
    expect((await entries({ targetId })).map(({ action }) => action)).toEqual([
      'assistant.deleted',
      'assistant.updated',
      'assistant.created',
    ]);
    const [deleted] = await entries({ targetId, action: 'assistant.deleted' });
    expect(await entries({ targetId, to: deleted.at })).toHaveLength(2);
    expect(await entries({ targetId, from: deleted.at })).toHaveLength(1);
  });

  it('is FORBIDDEN to people who are not administrators', async () => {
    const person = await Person.signUp(product);
    expect(await person.refused(AUDIT)).toBe('FORBIDDEN');
  });
});
