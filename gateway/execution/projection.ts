import {
  GraphQLError,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql';
import { isFailed, isMissing } from './missing-entities.ts';
import { leafReader } from './leaf.ts';
import { isObject, type JsonObject } from './merge.ts';
import type { CoercedVariables, ParsedOperation } from './request.ts';
import { ERRORS, type ErrorCode } from '../../schema/errors.ts';
import { narrows, selectedFields, type SelectedField } from './selection.ts';
import type { ResponsePath } from './walk.ts';

/** A position in the response: a field or the items of a list. */
interface Slot {
  /** `Type.field`, for errors. */
  label: string;
  required: boolean;
  /** Returns null if the value is invalid. */
  complete(value: {}, trace: Trace): unknown;
  /** Returns the fields selected on a value below its lists; if its type is unknown, those of all possible types. */
  fieldsAt(value: unknown): readonly Field[];
}

interface Field extends Slot {
  key: string;
  /** The response name in the subgraph data. */
  from: string;
  /** The constant value of a `__typename` field. */
  typename?: string;
  /** True for names that objects inherit, such as `constructor`. */
  inherited: boolean;
}

interface Trace {
  path: ResponsePath;
  errors: GraphQLError[];
  /** True if the last completed null replaces a missing entity that other subgraphs have fields of. */
  isLoss: boolean;
}

/** An object counts as its interface if no subgraph was asked for, or knows, its concrete type. */
type Composite = GraphQLObjectType | GraphQLInterfaceType;
type FieldsOf = (type: Composite) => Field[];

interface Selected {
  fieldsOf: FieldsOf;
  /** Returns whether the selected fields depend on the concrete type of an object of the interface. */
  narrows(type: GraphQLInterfaceType): boolean;
}

/**
 * Completes the response from merged subgraph data: field selection, value completion and null propagation (specification
 * §6.4). Compiled once per document variant, position and type.
 */
export class Projection {
  readonly #parsed: ParsedOperation;
  readonly #names: ReadonlyMap<FieldNode, string>;
  readonly #conditions: CoercedVariables;
  readonly #fields: () => Field[];

  /** `names`: response names in the data. `conditions`: values of the variables of `@skip` and `@include`. */
  constructor(parsed: ParsedOperation, names: ReadonlyMap<FieldNode, string>, conditions: CoercedVariables) {
    this.#parsed = parsed;
    this.#names = names;
    this.#conditions = conditions;
    const root = parsed.schema.getRootType(parsed.operation.operation)!;
    const { fieldsOf } = this.#select([parsed.operation.selectionSet]);
    this.#fields = () => fieldsOf(root);
  }

  /** `errors`: missing required values and invalid values, with their paths. */
  project(data: JsonObject): { data: JsonObject | null; errors: GraphQLError[] } {
    const trace: Trace = { path: [], errors: [], isLoss: false };
    return { data: completeObject(this.#fields(), data, trace), errors: trace.errors };
  }

  /**
   * Maps a path of the data to response paths, one for each alias. A field that only the plan needed has none; then returns
   * the path of its nearest selected parent.
   */
  locate(inner: Readonly<ResponsePath>, data: JsonObject): ResponsePath[] {
    const exact = new Map<string, ResponsePath>();
    const nearest = new Map<string, ResponsePath>();
    step(this.#fields, data, [], 0);
    return [...(exact.size > 0 ? exact : nearest).values()];

    function step(fieldsAt: Slot['fieldsAt'], value: unknown, path: ResponsePath, depth: number): void {
      const next = inner[depth];
      if (next === undefined) return void exact.set(JSON.stringify(path), path);
      if (typeof next === 'number') return step(fieldsAt, Array.isArray(value) ? value[next] : undefined, [...path, next], depth + 1);
      const fields = fieldsAt(value).filter(({ from }) => from === next);
      if (fields.length === 0) return void nearest.set(JSON.stringify(path), path);
      for (const field of fields) step(field.fieldsAt, isObject(value) ? value[next] : undefined, [...path, field.key], depth + 1);
    }
  }

  #select(sets: readonly SelectionSetNode[]): Selected {
    const byType = new Map<Composite, Field[]>();
    const scope = { ...this.#parsed, variables: this.#conditions };
    return {
      fieldsOf: (type) => {
        let fields = byType.get(type);
        if (!fields) byType.set(type, (fields = selectedFields(sets, type, scope).map((field) => this.#field(field, type))));
        return fields;
      },
      narrows: (type) => narrows(sets, type, scope),
    };
  }

  #field({ key, node, sets }: SelectedField, parent: Composite): Field {
    const name = node.name.value;
    const from = this.#names.get(node) ?? name;
    const own = { key, from, label: `${parent.name}.${name}`, inherited: from in {}, fieldsAt: () => [] };
    const field = parent.getFields()[name];
    if (name === '__typename')
      return {
        ...own,
        required: true,
        complete: (_, trace) => invalidValue(own.label, trace),
        ...(isObjectType(parent) ? { typename: parent.name } : {}),
      };
    // `__schema` and `__type` are complete already.
    if (!field) return { ...own, required: false, complete: (value) => value };
    return { ...own, ...this.#slot(field.type, own.label, this.#select(sets)) };
  }

  #slot(type: GraphQLOutputType, label: string, selected: Selected): Slot {
    if (isNonNullType(type)) return { ...this.#slot(type.ofType, label, selected), required: true };
    return { label, required: false, ...this.#content(type, label, selected) };
  }

  #content(type: GraphQLOutputType, label: string, selected: Selected): Pick<Slot, 'complete' | 'fieldsAt'> {
    const { fieldsOf } = selected;
    if (isListType(type)) {
      const slot = this.#slot(type.ofType, label, selected);
      return {
        complete: (value, trace) => (Array.isArray(value) ? completeList(slot, value, trace) : invalidValue(label, trace)),
        fieldsAt: slot.fieldsAt,
      };
    }
    if (isLeafType(type)) {
      const read = leafReader(type);
      return { complete: (value, trace) => read(value) ?? invalidValue(label, trace), fieldsAt: () => [] };
    }
    if (isAbstractType(type)) {
      const typeOf = (value: unknown) => (isObject(value) ? this.#concrete(type, value.__typename, selected) : undefined);
      return {
        complete: (value, trace) => {
          const concrete = typeOf(value);
          return concrete ? completeObject(fieldsOf(concrete), value as JsonObject, trace) : invalidValue(label, trace);
        },
        fieldsAt: (value) => {
          const concrete = typeOf(value);
          return concrete ? fieldsOf(concrete) : this.#parsed.schema.getPossibleTypes(type).flatMap(fieldsOf);
        },
      };
    }
    if (!isObjectType(type)) throw new Error(`${label} is of a kind that no response holds`);
    return {
      complete: (value, trace) => (isObject(value) ? completeObject(fieldsOf(type), value, trace) : invalidValue(label, trace)),
      fieldsAt: () => fieldsOf(type),
    };
  }

  #concrete(abstract: GraphQLAbstractType, name: unknown, { narrows }: Selected): Composite | undefined {
    if ((name === undefined || name === abstract.name) && isInterfaceType(abstract)) return narrows(abstract) ? undefined : abstract;
    const type = typeof name === 'string' ? this.#parsed.schema.getType(name) : undefined;
    return isObjectType(type) && this.#parsed.schema.isSubType(abstract, type) ? type : undefined;
  }
}

function completeObject(fields: readonly Field[], source: JsonObject, trace: Trace): JsonObject | null {
  const completed: JsonObject = {};
  for (const field of fields) {
    const value = valueOf(field, source);
    if (field.required && !field.typename && (value ?? null) === null) {
      if (value === undefined && isFailed(source)) return null;
      if (isMissing(source)) {
        trace.isLoss = fields.some((other) => !other.typename && (valueOf(other, source) ?? null) !== null);
        return null;
      }
    }
    trace.path.push(field.key);
    const done = field.typename ?? fill(field, value, trace);
    trace.path.pop();
    if (done === null && field.required) return null;
    completed[field.key] = done;
  }
  return completed;
}

function valueOf({ from, inherited }: Field, source: JsonObject): unknown {
  return inherited && !Object.hasOwn(source, from) ? undefined : source[from];
}

function completeList(slot: Slot, values: readonly unknown[], trace: Trace): unknown[] | null {
  const completed: unknown[] = [];
  for (let index = 0; index < values.length; index++) {
    trace.path.push(index);
    const done = fill(slot, values[index], trace);
    trace.path.pop();
    if (done === null && slot.required) return null;
    completed.push(done);
  }
  return completed;
}

function fill(slot: Slot, value: unknown, trace: Trace): unknown {
  if (value !== null && value !== undefined) {
    const done = slot.complete(value, trace);
    if (done !== null || !isMissing(value)) return done;
    if (!slot.required) {
      // Null may replace a missing entity, but not silently when that drops fields that other subgraphs returned.
      if (trace.isLoss) addError(`${slot.label} is unknown to a part of the graph that a field of it comes from.`, trace, 'NOT_FOUND');
      trace.isLoss = false;
      return null;
    }
  }
  if (slot.required) addError(`Cannot return null for non-nullable field ${slot.label}.`, trace);
  return null;
}

/** The message omits the value, which may be of an inaccessible type. */
function invalidValue(label: string, trace: Trace): null {
  addError(`The value of ${label} does not fit its type.`, trace);
  return null;
}

function addError(message: string, trace: Trace, code: ErrorCode = 'INTERNAL'): void {
  const extensions = { code, retryable: ERRORS[code].retryable };
  trace.errors.push(new GraphQLError(message, { path: [...trace.path], extensions }));
}
