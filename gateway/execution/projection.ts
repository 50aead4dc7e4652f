import {
  GraphQLError,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  visit,
  type GraphQLAbstractType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql';
import { isGone } from './gone.ts';
import { isObject, type JsonObject } from './merge.ts';
import type { CoercedVariables, ParsedOperation } from '../request.ts';
import { selectedFields, type SelectedField } from './selection.ts';
import type { Place } from './walk.ts';

/** Documents with many conditions have exponentially many forms; a few are kept. */
const MAX_FORMS = 16;

/** A value that is about to enter the response: a field's, or an item's of its list. */
interface Slot {
  /** `Type.field`, for errors. */
  label: string;
  required: boolean;
  /** Null when the value may not pass. */
  complete(value: {}, trace: Trace): unknown;
}

interface Field extends Slot {
  key: string;
  /** The name of the type, where that is what was asked for. */
  typename?: string;
  /** True for names such as `constructor`, which every object seems to have. */
  inherited: boolean;
}

interface Trace {
  place: Place;
  faults: GraphQLError[];
}

/** An object is taken as of its interface when no subgraph was asked, or can say, what exactly it is. */
type Composite = GraphQLObjectType | GraphQLInterfaceType;
type FieldsOf = (type: Composite) => Field[];

/**
 * Cuts the response out of what the subgraphs delivered: the fields that were asked for, in their order, nulls carried
 * up as the schema says. How that is done is worked out once for each document, place and type.
 */
export class Projection {
  readonly #parsed: ParsedOperation;
  readonly #rootType: GraphQLObjectType;
  readonly #conditions: string[];
  readonly #forms = new Map<string, FieldsOf>();

  constructor(parsed: ParsedOperation) {
    this.#parsed = parsed;
    this.#rootType = parsed.schema.getRootType(parsed.operation.operation)!;
    this.#conditions = conditionsIn(parsed);
  }

  /** `faults`: values that the schema promises and no subgraph delivered, with their places. */
  project(data: JsonObject, variables: CoercedVariables): { data: JsonObject | null; faults: GraphQLError[] } {
    const trace: Trace = { place: [], faults: [] };
    const fields = this.#form(variables)(this.#rootType);
    return { data: completeObject(fields, data, trace), faults: trace.faults };
  }

  #form(variables: CoercedVariables): FieldsOf {
    const key = this.#conditions.map((name) => (variables[name] ? '1' : '0')).join('');
    const known = this.#forms.get(key);
    if (known) return known;
    const form = this.#select([this.#parsed.operation.selectionSet], variables);
    if (this.#forms.size >= MAX_FORMS) this.#forms.clear();
    this.#forms.set(key, form);
    return form;
  }

  #select(sets: readonly SelectionSetNode[], variables: CoercedVariables): FieldsOf {
    const byType = new Map<Composite, Field[]>();
    const scope = { ...this.#parsed, variables };
    return (type) => {
      let fields = byType.get(type);
      if (!fields) byType.set(type, (fields = selectedFields(sets, type, scope).map((field) => this.#field(field, type, variables))));
      return fields;
    };
  }

  #field({ key, node, sets }: SelectedField, parent: Composite, variables: CoercedVariables): Field {
    const name = node.name.value;
    const own = { key, label: `${parent.name}.${name}`, inherited: key in {} };
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
    return { ...own, ...this.#slot(field.type, own.label, this.#select(sets, variables)) };
  }

  #slot(type: GraphQLOutputType, label: string, fieldsOf: FieldsOf): Slot {
    if (isNonNullType(type)) return { ...this.#slot(type.ofType, label, fieldsOf), required: true };
    return { label, required: false, complete: this.#completer(type, label, fieldsOf) };
  }

  #completer(type: GraphQLOutputType, label: string, fieldsOf: FieldsOf): Slot['complete'] {
    if (isListType(type)) {
      const slot = this.#slot(type.ofType, label, fieldsOf);
      return (value, trace) => (Array.isArray(value) ? completeList(slot, value, trace) : refuse(label, trace));
    }
    if (isEnumType(type)) return (value, trace) => (typeof value === 'string' && type.getValue(value) ? value : refuse(label, trace));
    if (isLeafType(type)) return (value) => value;
    if (isAbstractType(type)) {
      return (value, trace) => {
        const concrete = isObject(value) ? this.#concrete(type, value.__typename) : undefined;
        return concrete ? completeObject(fieldsOf(concrete), value as JsonObject, trace) : refuse(label, trace);
      };
    }
    if (!isObjectType(type)) throw new Error(`${label} is of a kind that no response holds`);
    return (value, trace) => (isObject(value) ? completeObject(fieldsOf(type), value, trace) : refuse(label, trace));
  }

  #concrete(abstract: GraphQLAbstractType, name: unknown): Composite | undefined {
    if ((name === undefined || name === abstract.name) && isInterfaceType(abstract)) return abstract;
    const type = typeof name === 'string' ? this.#parsed.schema.getType(name) : undefined;
    return isObjectType(type) && this.#parsed.schema.isSubType(abstract, type) ? type : undefined;
  }
}

function completeObject(fields: readonly Field[], source: JsonObject, trace: Trace): JsonObject | null {
  const completed: JsonObject = {};
  for (const field of fields) {
    const value = field.inherited && !Object.hasOwn(source, field.key) ? undefined : source[field.key];
    if (field.required && !field.typename && (value ?? null) === null && isGone(source)) return null;
    trace.place.push(field.key);
    const done = field.typename ?? fill(field, value, trace);
    trace.place.pop();
    if (done === null && field.required) return null;
    completed[field.key] = done;
  }
  return completed;
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
    if (done !== null || !slot.required || !isGone(value)) return done;
  }
  if (slot.required) fault(`Cannot return null for non-nullable field ${slot.label}.`, trace);
  return null;
}

/** The value itself is not repeated: it may be of a type that clients cannot see. */
function refuse(label: string, trace: Trace): null {
  fault(`The value of ${label} does not fit its type.`, trace);
  return null;
}

function fault(message: string, trace: Trace): void {
  trace.faults.push(new GraphQLError(message, { path: [...trace.place], extensions: { code: 'INTERNAL', retryable: true } }));
}

function conditionsIn({ document }: ParsedOperation): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given }) {
      const condition = given?.[0]?.value;
      if ((name.value === 'skip' || name.value === 'include') && condition?.kind === 'Variable') names.add(condition.name.value);
    },
  });
  return [...names];
}
