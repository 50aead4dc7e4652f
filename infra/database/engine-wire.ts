import { parse, protocol, type PGlite, type QueryOptions, type Results } from '@electric-sql/pglite';

const { serialize } = protocol;
/** Size of the cache of parameter types. A statement with a list of values has one entry per length. */
const MOST_KNOWN = 500;
/** Statements that may change the parameter types of others. */
const DEFINES = /\b(create|alter|drop)\b/i;
const BEGIN = serialize.query('begin');

/**
 * Sends each statement in one protocol message, where PGlite's `query` sends six and its `exec` two: a message costs as
 * much as a small statement. Caches the parameter types of each statement.
 */
export class EngineWire {
  readonly #pglite: PGlite;
  readonly #typesOf = new Map<string, number[]>();

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  /** Runs one statement with parameters; `begins` prepends BEGIN. */
  async query<Row>(sql: string, params: unknown[], { begins, ...options }: QueryOptions & { begins: boolean }): Promise<Results<Row>> {
    const types = params.length > 0 ? (this.#typesOf.get(sql) ?? (await this.#describe(sql))) : [];
    const values = params.map((value, index) => this.#toText(value, types[index]!));
    const messages = await this.#send([
      ...(begins ? [BEGIN] : []),
      serialize.parse({ text: sql, types }),
      serialize.bind({ values }),
      serialize.describe({ type: 'P' }),
      serialize.execute({}),
      serialize.sync(),
    ]);
    return parse.parseResults(messages, this.#pglite.parsers, options).at(-1) as Results<Row>;
  }

  /** Runs any number of statements without parameters. */
  async script<Row>(sql: string, options: QueryOptions): Promise<Results<Row>[]> {
    if (DEFINES.test(sql)) this.#typesOf.clear();
    return parse.parseResults(await this.#send([serialize.query(sql)]), this.#pglite.parsers, options) as Results<Row>[];
  }

  async #describe(sql: string): Promise<number[]> {
    if (DEFINES.test(sql)) this.#typesOf.clear();
    const messages = await this.#send([serialize.parse({ text: sql }), serialize.describe({ type: 'S' }), serialize.sync()]);
    const types = parse.parseDescribeStatementResults(messages);
    if (this.#typesOf.size >= MOST_KNOWN) this.#typesOf.clear();
    this.#typesOf.set(sql, types);
    return types;
  }

  #toText(value: unknown, type: number): string | null {
    if (value === null || value === undefined) return null;
    const toText = this.#pglite.serializers[type];
    return toText ? (toText(value) as string) : String(value);
  }

  async #send(parts: Uint8Array[]): Promise<Awaited<ReturnType<PGlite['execProtocolStream']>>> {
    return this.#pglite.execProtocolStream(Buffer.concat(parts), { syncToFs: false });
  }
}
