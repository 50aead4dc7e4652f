import { LRUCache } from 'lru-cache';
import {
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type ValidationContext,
} from 'graphql';
import type { FieldNames } from '../planning/field-names.ts';
import { DocumentVariants } from './document-variants.ts';
import { introspectionIn } from './introspection.ts';
import type { Planner } from '../planning/planner.ts';
import { requestError, type RequestError } from './request-error.ts';
import { conditionOnStream } from './stream-root.ts';
import type { Admission, GraphRequest, ParsedOperation } from './request.ts';

const MAX_OPERATIONS = 1000;
/** Sum of document lengths in characters; a cached operation takes about a hundred times as many bytes. */
const MAX_CHARACTERS = 1_000_000;
const MAX_VALIDATION_ERRORS = 20;

/** A prepared operation: everything that does not depend on variables. */
export interface Operation extends ParsedOperation {
  introspection?: DocumentNode;
  variants: DocumentVariants;
  measure?: ReturnType<NonNullable<Admission['measure']>>;
}

interface Parts {
  /** The public schema. */
  schema: GraphQLSchema;
  fields: FieldNames;
  planner: Planner;
  admission?: Admission | undefined;
}

/** Parses and validates operations of one supergraph, and caches the recent ones. */
export class Operations {
  readonly #cache = new LRUCache<string, Operation>({ max: MAX_OPERATIONS, maxSize: MAX_CHARACTERS });
  readonly #parts: Parts;
  readonly #admission: Admission;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#admission = parts.admission ?? {};
  }

  /** Throws a `RequestError`; any other exception is a bug. Invalid documents are not cached. */
  get({ query, operationName }: GraphRequest): Operation {
    const key = operationName ? `${operationName}\n${query}` : query;
    const known = this.#cache.get(key);
    if (known) return known;
    const operation = this.#prepare(query, operationName || undefined);
    this.#cache.set(key, operation, { size: query.length });
    return operation;
  }

  #prepare(query: string, operationName: string | undefined): Operation {
    const document = this.#parse(query);
    this.#validate(document);
    const parsed = { schema: this.#parts.schema, document, ...chooseOperation(document, operationName) };
    const measure = this.#admission.measure?.(parsed);
    const introspection = introspectionIn(query, parsed);
    return {
      ...parsed,
      variants: new DocumentVariants(parsed, this.#parts),
      ...(introspection ? { introspection } : {}),
      ...(measure ? { measure } : {}),
    };
  }

  #parse(query: string): DocumentNode {
    try {
      return parse(query, this.#admission.maxTokens ? { maxTokens: this.#admission.maxTokens } : {});
    } catch (error) {
      throw requestError('GRAPHQL_PARSE_FAILED', [error]);
    }
  }

  #validate(document: DocumentNode): void {
    // Must run first: graphql-js' SingleFieldSubscriptionsRule throws if the root field has a condition.
    const condition = conditionOnStream(document);
    if (condition) throw requestError('GRAPHQL_VALIDATION_FAILED', [condition]);
    const rules = [...specifiedRules, noPrototypeNames, ...(this.#admission.rules ?? [])];
    const errors = validate(this.#parts.schema, document, rules, { maxErrors: MAX_VALIDATION_ERRORS });
    if (errors.length > 0) throw requestError('GRAPHQL_VALIDATION_FAILED', errors);
  }
}

function chooseOperation(document: DocumentNode, name: string | undefined): Pick<ParsedOperation, 'operation' | 'fragments'> {
  const operations = document.definitions.filter((definition) => definition.kind === 'OperationDefinition');
  const operation = name === undefined ? operations[0] : operations.find((one) => one.name?.value === name);
  if (!operation)
    throw badRequest(name === undefined ? 'The document holds no operation.' : `The document holds no operation named "${name}".`);
  if (name === undefined && operations.length > 1) throw badRequest('The document holds several operations. Name one as operationName.');
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments[definition.name.value] = definition;
  }
  return { operation, fragments };
}

function badRequest(message: string): RequestError {
  return requestError('BAD_REQUEST', [new GraphQLError(message)]);
}

/** Assigning a response field named `__proto__` would change the prototype of the response object. */
function noPrototypeNames(context: ValidationContext) {
  return {
    Field({ alias }: { alias?: { value: string } }) {
      if (alias?.value === '__proto__') context.reportError(new GraphQLError('A field cannot be called "__proto__".'));
    },
  };
}
