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

/** A value that is about to enter the response: a field's, or an item's of its list. */
interface Slot {
  /** `Type.field`, for errors. */
  label: string;
  required: boolean;
  /** Null when the value may not pass. */
  complete(value: {}, trace: Trace): unknown;
  /** What is selected of a value, below its lists. Where nothing says of which type it is, of every type that it may be. */
  fieldsAt(value: unknown): readonly Field[];
}

interface Field extends Slot {
  key: string;
  /** The name under which the subgraphs delivered it. */
  from: string;
  /** The name of the type, where that is what was asked for. */
  typename?: string;
  /** True for names such as `constructor`, which every object seems to have. */
  inherited: boolean;
}

interface Trace {
  place: ResponsePath;
  faults: GraphQLError[];
  /** The null that was completed last stands for an entity that is gone, and takes other values with it. */
  isLoss: boolean;
}

/** An object is taken as of its interface when no subgraph was asked, or can say, what exactly it is. */
type Composite = GraphQLObjectType | GraphQLInterfaceType;
type FieldsOf = (type: Composite) => Field[];

interface Selected {
  fieldsOf: FieldsOf;
  /** Whether it depends on what exactly an object of the interface is. */
  narrows(type: GraphQLInterfaceType): boolean;
}

/**
 * Cuts the response out of what the subgraphs delivered: the fields that were asked for, in their order, nulls carried
 * up as the schema says. How that is done is worked out once for each form of a document, place and type.
 */
export class Projection {
  readonly #parsed: ParsedOperation;
  readonly #names: ReadonlyMap<FieldNode, string>;
  readonly #conditions: CoercedVariables;
  readonly #fields: () => Field[];

  /** `names`: how the data call each field of the document. `conditions`: the values on which `@skip` and `@include` depend. */
  constructor(parsed: ParsedOperation, names: ReadonlyMap<FieldNode, string>, conditions: CoercedVariables) {
    this.#parsed = parsed;
    this.#names = names;
    this.#conditions = conditions;
    const root = parsed.schema.getRootType(parsed.operation.operation)!;
    const { fieldsOf } = this.#select([parsed.operation.selectionSet]);
    this.#fields = () => fieldsOf(root);
  }

  /** `faults`: values that the schema promises and no subgraph delivered, with their places. */
  project(data: JsonObject): { data: JsonObject | null; faults: GraphQLError[] } {
    const trace: Trace = { place: [], faults: [], isLoss: false };
    return { data: completeObject(this.#fields(), data, trace), faults: trace.faults };
  }

  /**
   * Where a place of the data is seen in the response: once, or several times under several aliases. What the plan alone
   * needed is seen nowhere; then the place of the object that it belongs to.
   */
  locate(inner: Readonly<ResponsePath>, data: JsonObject): ResponsePath[] {
    const exact = new Map<string, ResponsePath>();
    const nearest = new Map<string, ResponsePath>();
    step(this.#fields, data, [], 0);
    return [...(exact.size > 0 ? exact : nearest).values()];

    function step(fieldsAt: Slot['fieldsAt'], value: unknown, place: ResponsePath, depth: number): void {
      const next = inner[depth];
      if (next === undefined) return void exact.set(JSON.stringify(place), place);
      if (typeof next === 'number') return step(fieldsAt, Array.isArray(value) ? value[next] : undefined, [...place, next], depth + 1);
      const fields = fieldsAt(value).filter(({ from }) => from === next);
      if (fields.length === 0) return void nearest.set(JSON.stringify(place), place);
      for (const field of fields) step(field.fieldsAt, isObject(value) ? value[next] : undefined, [...place, field.key], depth + 1);
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
        complete: (_, trace) => refuse(own.label, trace),
        ...(isObjectType(parent) ? { typename: parent.name } : {}),
      };
    // `__schema` and `__type` were answered in full by the schema itself.
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
        complete: (value, trace) => (Array.isArray(value) ? completeList(slot, value, trace) : refuse(label, trace)),
        fieldsAt: slot.fieldsAt,
      };
    }
    if (isLeafType(type)) {
      const read = leafReader(type);
      return { complete: (value, trace) => read(value) ?? refuse(label, trace), fieldsAt: () => [] };
    }
    if (isAbstractType(type)) {
      const typeOf = (value: unknown) => (isObject(value) ? this.#concrete(type, value.__typename, selected) : undefined);
      return {
        complete: (value, trace) => {
          const concrete = typeOf(value);
          return concrete ? completeObject(fieldsOf(concrete), value as JsonObject, trace) : refuse(label, trace);
        },
        fieldsAt: (value) => {
          const concrete = typeOf(value);
          return concrete ? fieldsOf(concrete) : this.#parsed.schema.getPossibleTypes(type).flatMap(fieldsOf);
        },
      };
    }
    if (!isObjectType(type)) throw new Error(`${label} is of a kind that no response holds`);
    return {
      complete: (value, trace) => (isObject(value) ? completeObject(fieldsOf(type), value, trace) : refuse(label, trace)),
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
    trace.place.push(field.key);
    const done = field.typename ?? fill(field, value, trace);
    trace.place.pop();
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
    trace.place.push(index);
    const done = fill(slot, values[index], trace);
    trace.place.pop();
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
      // Null may stand for what is no more; it may not silently stand for what was there and was asked for.
      if (trace.isLoss) fault(`${slot.label} is unknown to a part of the graph that a field of it comes from.`, trace, 'NOT_FOUND');
      trace.isLoss = false;
      return null;
    }
  }
  if (slot.required) fault(`Cannot return null for non-nullable field ${slot.label}.`, trace);
  return null;
}

/** The value itself is not repeated: it may be of a type that clients cannot see. */
function refuse(label: string, trace: Trace): null {
  fault(`The value of ${label} does not fit its type.`, trace);
  return null;
}

function fault(message: string, trace: Trace, code: ErrorCode = 'INTERNAL'): void {
  const extensions = { code, retryable: ERRORS[code].retryable };
  trace.faults.push(new GraphQLError(message, { path: [...trace.place], extensions }));
}
