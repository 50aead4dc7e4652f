import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse, subscribe, type DocumentNode, type ExecutionResult, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type { Source, SourceRequest, SourceResult } from '../../../schema/source.ts';
import type { Identity } from '../../../schema/viewer.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@inaccessible", "@interfaceObject"])\n`;

export interface SubgraphFixture {
  sdl: string;
  resolvers: Record<string, unknown>;
}

export function withLink(sdl: string): string {
  return sdl.includes('@link') ? sdl : LINK + sdl;
}

export function subgraphSchema({ sdl, resolvers }: SubgraphFixture): GraphQLSchema {
  return buildSubgraphSchema([{ typeDefs: parse(withLink(sdl)), resolvers: resolvers as never }]);
}

/** A subgraph on plain graphql-js, which records its requests and can be made to fail or to wait. */
export class PlainSource implements Source {
  readonly requests: SourceRequest[] = [];
  readonly identities: Identity[] = [];
  /** Awaited before each answer; throws to make the subgraph unreachable. */
  before: (request: SourceRequest) => Promise<void> = async () => {};
  /** Replaces the right answer. */
  instead: SourceResult | undefined;
  readonly #documents = new Map<string, DocumentNode>();

  readonly schema: GraphQLSchema;
  readonly #fieldResolver: GraphQLFieldResolver<any, any> | undefined;

  constructor(schema: GraphQLSchema, fieldResolver?: GraphQLFieldResolver<any, any>) {
    this.schema = schema;
    this.#fieldResolver = fieldResolver;
  }

  async execute(request: SourceRequest, identity: Identity): Promise<SourceResult> {
    this.requests.push(request);
    this.identities.push(identity);
    await this.before(request);
    return this.instead ?? ((await execute(this.#arguments(request, identity))) as unknown as SourceResult);
  }

  async subscribe(request: SourceRequest, identity: Identity): Promise<AsyncIterableIterator<SourceResult> | SourceResult> {
    this.requests.push(request);
    this.identities.push(identity);
    const events: AsyncIterable<ExecutionResult> | ExecutionResult = await subscribe(this.#arguments(request, identity));
    return events as unknown as AsyncIterableIterator<SourceResult> | SourceResult;
  }

  #arguments({ query, variables, operationName }: SourceRequest, identity: Identity) {
    let document = this.#documents.get(query);
    if (!document) this.#documents.set(query, (document = parse(query, { noLocation: true })));
    const fieldResolver = this.#fieldResolver;
    const { schema } = this;
    return {
      schema,
      document,
      variableValues: variables,
      operationName,
      contextValue: { identity },
      ...(fieldResolver ? { fieldResolver } : {}),
    };
  }
}
