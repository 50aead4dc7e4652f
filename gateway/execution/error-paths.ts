import { GraphQLError } from 'graphql';
import type { SourceError } from '../../schema/source.ts';
import type { Execution } from './execution-context.ts';
import type { JsonObject } from './merge.ts';
import type { EntityBatch, EntityFetch, RootFetch } from '../planning/plan.ts';
import type { BatchRepresentations } from './representation.ts';
import { fieldsOf } from './requested-fields.ts';
import { rewritePath } from './rewrite.ts';
import { walk, type ResponsePath } from './walk.ts';

/** Bounds the errors of a response, e.g. when every item of a long list fails. */
export const MAX_ERRORS = 100;

/** Maps errors of root fields, whose paths are relative to the objects at the path of the fetch. */
export function locateRootErrors(fetch: RootFetch, errors: readonly SourceError[], execution: Execution): void {
  const locations = locationsOf(execution.data, [fetch.path], execution);
  for (const error of errors) {
    const inside = Array.isArray(error.path)
      ? [rewritePath(fetch.outputRewrites, error.path)]
      : fieldsOf(fetch.query).map((field) => [field]);
    for (const { path } of locations) for (const end of inside) report(error, [...path, ...end], execution);
  }
}

/**
 * Maps error paths such as `_entities[3].name` to the response paths of that entity. An error without such a path applies to
 * every requested field of every entity.
 */
export function locateEntityErrors(
  { fetch, asked }: { fetch: EntityFetch; asked: BatchRepresentations[] },
  errors: readonly SourceError[],
  execution: Execution,
): void {
  const paths = asked.flatMap(({ batch }) => batch.paths);
  const locations = Map.groupBy(locationsOf(execution.data, paths, execution), ({ object }) => object);
  const locate = (objects: readonly JsonObject[] = []) => objects.flatMap((object) => locations.get(object) ?? []);

  for (const error of errors) {
    const [key, index, ...inside] = Array.isArray(error.path) ? error.path : [];
    const found = typeof index === 'number' ? asked.find(({ batch }) => batch.key === key) : undefined;
    if (found) {
      const end = rewritePath(found.batch.outputRewrites, inside);
      for (const { path } of locate(found.targets[index as number])) report(error, [...path, ...end], execution);
      continue;
    }
    for (const one of asked.filter(({ batch }) => key === undefined || batch.key === key)) {
      const expected = expectedFields(fetch, one.batch, execution);
      for (const { path, object } of locate(one.targets.flat())) {
        for (const field of expected(object.__typename)) report(error, [...path, field], execution);
      }
    }
  }
}

/** Returns the response names of the fields that a batch should have added to entities of a type. */
function expectedFields(fetch: EntityFetch, batch: EntityBatch, { context }: Execution): (typename: unknown) => ResponsePath {
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

function locationsOf(
  data: JsonObject,
  paths: readonly RootFetch['path'][],
  { context }: Execution,
): { object: JsonObject; path: ResponsePath }[] {
  const found: { object: JsonObject; path: ResponsePath }[] = [];
  for (const path of paths) walk(data, path, context.isOfType, (object, path) => void found.push({ object, path: [...path] }));
  return found;
}

function report(error: SourceError, path: ResponsePath, { errors }: Execution): void {
  if (errors.length >= MAX_ERRORS) return;
  // Debug extensions of development servers must not reach clients.
  const { stacktrace: _stacktrace, exception: _exception, ...extensions } = error.extensions ?? {};
  errors.push(new GraphQLError(error.message, { path, extensions: { code: 'INTERNAL', retryable: true, ...extensions } }));
}
