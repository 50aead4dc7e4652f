import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { PgvectorServer } from '../support/deployment/pgvector-server.ts';
import { eventually } from '../support/eventually.ts';
import { startModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { missingPostgres, startPostgres } from '../support/postgres.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';
import { byTier, missingFullTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';

const WRITERS = 8;
const SERVER_KILLS = Number(process.env['KILLS'] ?? byTier(10, 100));
const PROCESS_KILLS = Number(process.env['KILLS'] ?? byTier(3, 15));
const START = 'mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }';
const SEND = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';
const MESSAGES = 'query ($id: ID!) { conversation(id: $id) { messages(first: 100) { edges { node { id role text } } } } }';

/** An acknowledgement: the key that was sent, and the id of the message that was returned. */
interface Acknowledged {
  person: Person;
  conversationId: string;
  key: string;
  messageId: string;
}

/** Sends messages until stopped; each is repeated under its key until it is acknowledged, and then once more. */
class Writer {
  readonly acknowledged: Acknowledged[] = [];
  /** Keys for which two different messages were returned. */
  readonly doubled: string[] = [];
  isDone = false;
  /** Abandons the message that is being sent. */
  isAbandoned = false;

  readonly #name: number;
  readonly #product: () => Product;
  readonly #person: Person;
  readonly #assistantId: string;

  constructor(name: number, product: () => Product, person: Person, assistantId: string) {
    this.#name = name;
    this.#product = product;
    this.#person = person;
    this.#assistantId = assistantId;
  }

  async write(): Promise<void> {
    for (let count = 0; !this.isDone; count++) {
      const { startConversation } = await this.#insist(START, { assistantId: this.#assistantId });
      const conversationId = startConversation.conversation.id as string;
      const idempotencyKey = `${this.#name}-${count}`;
      const input = { conversationId, text: idempotencyKey, idempotencyKey };
      const first = (await this.#insist(SEND, input)).sendMessage.message.id as string;
      const again = (await this.#insist(SEND, input)).sendMessage.message.id as string;
      if (again !== first) this.doubled.push(idempotencyKey);
      this.acknowledged.push({ person: this.#person, conversationId, key: idempotencyKey, messageId: first });
    }
  }

  /** Repeats only errors that are retryable. */
  async #insist(query: string, input: object): Promise<any> {
    while (!this.isAbandoned) {
      const { data, errors } = await this.#product()
        .graph(query, { input }, this.#person.token)
        .catch(() => ({ data: null, errors: null }));
      if (data && !errors) return data;
      const refusal = errors?.find(({ extensions }) => extensions['retryable'] !== true);
      if (refusal) throw new Error(JSON.stringify(refusal));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('abandoned');
  }
}

let end: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const each of end.toReversed()) await each();
  end = [];
});

describeWhen(missingPostgres(), 'an acknowledged message', () => {
  it(`is stored exactly once after ${SERVER_KILLS} kills of PostgreSQL`, () => killPostgres(SERVER_KILLS), 900_000);

  // Proves that the comparison at the end finds lost messages.
  describeWhen(missingFullTier, 'with a fault', () => {
    it('is lost if PostgreSQL acknowledges commits before they are durable (the comparison detects it)', async () => {
      // Either a message is not found at once, or the comparison at the end reports it.
      await expect(killPostgres(10, '?options=-c%20synchronous_commit%3Doff')).rejects.toThrow(/NOT_FOUND|toEqual/);
    }, 300_000);
  });
});

async function killPostgres(times: number, session = ''): Promise<void> {
  const [postgres, vectors, model] = await Promise.all([startPostgres(), PgvectorServer.start(), startModelServer()]);
  const dataDir = await keptDataDirectory();
  end.push(
    () => Promise.all([postgres.stop(), vectors.stop(), model.stop()]),
    async () => rmSync(dataDir, { recursive: true, force: true }),
  );
  const env = { DATABASE_URL: `${await postgres.fresh()}${session}`, VECTOR_DATABASE_URL: vectors.url, OPENAI_BASE_URL: model.url };
  const product = await startProduct({ dataDir, env });
  end.push(() => product.stop());
  await killing(
    () => product,
    times,
    async () => {
      await postgres.kill();
      await postgres.start();
    },
  );
}

describe('an acknowledged message in the embedded database', () => {
  it(`is stored exactly once after ${PROCESS_KILLS} kills of the process`, async () => {
    const model = await startModelServer();
    const dataDir = await keptDataDirectory();
    end.push(
      () => model.stop(),
      async () => rmSync(dataDir, { recursive: true, force: true }),
    );
    const start = () => startProduct({ dataDir, env: { OPENAI_BASE_URL: model.url } });
    let product = await start();
    end.push(() => product.stop());
    await killing(
      () => product,
      PROCESS_KILLS,
      async () => {
        await product.kill();
        product = await start();
      },
    );
  }, 900_000);
});

/** Calls `kill` repeatedly while eight people write; then compares the stored messages with the acknowledged ones. */
async function killing(product: () => Product, times: number, kill: () => Promise<void>): Promise<void> {
  const writers = await Promise.all(
    Array.from({ length: WRITERS }, async (_, name) => {
      const person = await Person.signUp(product(), `Writer ${name}`);
      return new Writer(name, product, person, await person.createAssistant());
    }),
  );
  const writing = Promise.all(writers.map((writer) => writer.write()));
  const count = () => writers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  try {
    for (let kills = 0; kills < times; kills++) {
      const before = count();
      // A kill always happens during a write.
      await Promise.race([
        writing,
        eventually(
          async () => count(),
          (now) => now > before,
          60_000,
        ),
      ]);
      await kill();
    }
    for (const writer of writers) writer.isDone = true;
    await writing;
  } finally {
    for (const writer of writers) writer.isAbandoned = true;
  }
  expect(writers.flatMap(({ doubled }) => doubled)).toEqual([]);
  const faults: string[] = [];
  for (const { person, conversationId, key, messageId } of writers.flatMap(({ acknowledged }) => acknowledged)) {
    const { conversation } = await product().ask(MESSAGES, { id: conversationId }, person.token);
    const own = conversation.messages.edges.map(({ node }: any) => node).filter(({ role }: any) => role === 'USER');
    if (own.length !== 1 || own[0].id !== messageId || own[0].text !== key) faults.push(`${key}: ${JSON.stringify(own)}`);
  }
  expect(faults).toEqual([]);
  expect(count()).toBeGreaterThanOrEqual(times);
  process.stderr.write(`${count()} messages acknowledged through ${times} kills, none lost, none twice\n`);
}
