import 'reflect-metadata';
import { buildSubgraphSchema, printSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLSchema } from 'graphql';
import { buildSchema, createResolversMap, type BuildSchemaOptions } from 'type-graphql';
import type { SubgraphName } from '../../schema/subgraphs.ts';
import type { Source } from '../../schema/source.ts';
import type { Context } from './context.ts';
import { DateTime, Json } from './scalars.ts';
import { schemaSource } from './schema-source.ts';
import type { Parts, Ports, Subgraph } from './subgraph.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@inaccessible"])\n\n`;

export interface OpenSubgraph {
  name: SubgraphName;
  source: Source;
  /** Starts its jobs, event handlers and background tasks; processes that only serve queries do not call it. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Connects a subgraph to its tables and builds its executable schema. */
export async function openSubgraph(subgraph: Subgraph, ports: Ports, { em, read }: Pick<Context, 'em' | 'read'>): Promise<OpenSubgraph> {
  const parts = subgraph.create(ports);
  const { schema } = await buildSubgraph(parts);
  const log = ports.log.child({ subgraph: subgraph.name });
  const jobs = Object.entries(parts.jobs ?? {});
  for (const [name, job] of jobs) await ports.queue.declare(name, job.options);
  const close = parts.open?.();
  let stop: (() => Promise<void>) | undefined;
  return {
    name: subgraph.name,
    source: schemaSource(schema, { em, read, bus: ports.bus, log }),
    async start() {
      stop = await parts.start?.(() => em.fork());
      for (const [name, job] of jobs) {
        await ports.queue.work(name, (data, signal) => job.run(data, { em: em.fork(), log, signal }), job.options);
      }
      const handlers = parts.on as Record<string, ((event: unknown, context: unknown) => Promise<void>) | undefined>;
      if (Object.keys(handlers).length > 0) {
        await ports.queue.subscribe(subgraph.name, async (event) => {
          await handlers[event.name]?.(event, { em: em.fork(), log, signal: AbortSignal.timeout(60_000) });
        });
      }
    },
    async stop() {
      await stop?.();
      close?.();
    },
  };
}

/**
 * Builds the schema of a subgraph and its SDL. The metadata of type-graphql are process-wide, so schemas are built one
 * after the other.
 */
export async function buildSubgraph(parts: Parts): Promise<{ schema: GraphQLSchema; sdl: string }> {
  const base = await buildSchema({
    resolvers: [...parts.resolvers.keys()] as unknown as BuildSchemaOptions['resolvers'],
    orphanedTypes: parts.orphanedTypes ?? [],
    container: { get: (resolver: Function) => parts.resolvers.get(resolver) },
    scalarsMap: [
      { type: Date, scalar: DateTime },
      { type: Object, scalar: Json },
    ],
    validate: false,
    skipCheck: true,
    // Required by type-graphql for subscriptions, although each of ours returns its own iterator.
    pubSub: { publish() {}, subscribe: () => ({ [Symbol.asyncIterator]: async function* () {} }) as never },
  });
  const sdl = LINK + printSubgraphSchema(base);
  const resolvers = createResolversMap(base) as Record<string, Record<string, unknown>>;
  for (const [type, resolve] of Object.entries(parts.references)) {
    // Async, because a synchronous throw of a resolver would fail every entity of the list.
    const resolveReference = async (reference: unknown, context: never) => resolve(reference, context);
    resolvers[type] = { ...resolvers[type], __resolveReference: resolveReference };
  }
  return { schema: buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]), sdl };
}
