import { GraphQLError } from 'graphql';
import type { SourceError } from '../../schema/source.ts';
import type { Execution } from './execution-context.ts';
import type { JsonObject } from './merge.ts';
import type { EntityBatch, EntityFetch, RootFetch } from '../planning/plan.ts';
import type { Represented } from './representation.ts';
import { fieldsOf } from './requested-fields.ts';
import { rewritePath } from './rewrite.ts';
import { walk, type ResponsePath } from './walk.ts';

/** A list of thousands whose items all fail says nothing more than its first hundred. */
export const MAX_ERRORS = 100;

/** Errors of root fields hold their place already, below the objects at the fetch's path. */
export function locateRootErrors(fetch: RootFetch, errors: readonly SourceError[], execution: Execution): void {
  const places = placesOf(execution.data, [fetch.path], execution);
  for (const error of errors) {
    const inside = Array.isArray(error.path)
      ? [rewritePath(fetch.outputRewrites, error.path)]
      : fieldsOf(fetch.query).map((field) => [field]);
    for (const { place } of places) for (const end of inside) report(error, [...place, ...end], execution);
  }
}

/**
 * Finds where in the response an entity stands that a subgraph calls `_entities[3]`. An error without such a path
 * concerns every field that was asked of every entity.
 */
export function locateEntityErrors(
  { fetch, asked }: { fetch: EntityFetch; asked: Represented[] },
  errors: readonly SourceError[],
  execution: Execution,
): void {
  const paths = asked.flatMap(({ batch }) => batch.paths);
  const places = Map.groupBy(placesOf(execution.data, paths, execution), ({ object }) => object);
  const placesAt = (objects: readonly JsonObject[] = []) => objects.flatMap((object) => places.get(object) ?? []);

  for (const error of errors) {
    const [key, index, ...inside] = Array.isArray(error.path) ? error.path : [];
    const found = typeof index === 'number' ? asked.find(({ batch }) => batch.key === key) : undefined;
    if (found) {
      const end = rewritePath(found.batch.outputRewrites, inside);
      for (const { place } of placesAt(found.targets[index as number])) report(error, [...place, ...end], execution);
      continue;
    }
    for (const one of asked.filter(({ batch }) => key === undefined || batch.key === key)) {
      const owed = owedFields(fetch, one.batch, execution);
      for (const { place, object } of placesAt(one.targets.flat())) {
        for (const field of owed(object.__typename)) report(error, [...place, field], execution);
      }
    }
  }
}

/** What a batch was to add to entities of a type, under the names of the response. */
function owedFields(fetch: EntityFetch, batch: EntityBatch, { context }: Execution): (typename: unknown) => ResponsePath {
  const known = new Map<unknown, ResponsePath>();
  return (typename) => {
    let fields = known.get(typename);
    if (!fields) {
      const asked = fieldsOf(fetch.query, batch.key, (type) => context.isOfType(typename, [type]));
      known.set(typename, (fields = asked.flatMap((field) => rewritePath(batch.outputRewrites, [field]))));
    }
    return fields;
  };
}

function placesOf(
  data: JsonObject,
  paths: readonly RootFetch['path'][],
  { context }: Execution,
): { object: JsonObject; place: ResponsePath }[] {
  const found: { object: JsonObject; place: ResponsePath }[] = [];
  for (const path of paths) walk(data, path, context.isOfType, (object, place) => void found.push({ object, place: [...place] }));
  return found;
}

function report(error: SourceError, path: ResponsePath, { errors }: Execution): void {
  if (errors.length >= MAX_ERRORS) return;
  // What servers add while they are being developed: never for clients.
  const { stacktrace: _stacktrace, exception: _exception, ...extensions } = error.extensions ?? {};
  errors.push(new GraphQLError(error.message, { path, extensions: { code: 'INTERNAL', retryable: true, ...extensions } }));
}
