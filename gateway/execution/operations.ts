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
import { Lru } from '../lru.ts';
import type { Planner } from '../planning/planner.ts';
import { refuse, type RequestError } from './request-error.ts';
import { conditionOnStream } from './stream-root.ts';
import type { Admission, GraphRequest, ParsedOperation } from './request.ts';

const MAX_OPERATIONS = 1000;
/** In characters of their texts; what is kept for an operation takes about a hundred times as many bytes. */
const MAX_TEXT = 1_000_000;
const MAX_VALIDATION_ERRORS = 20;

/** Everything that can be worked out before the variables are known. */
export interface Operation extends ParsedOperation {
  introspection?: DocumentNode;
  forms: DocumentVariants;
  weigh?: ReturnType<NonNullable<Admission['weigh']>>;
}

interface Parts {
  /** The public schema. */
  schema: GraphQLSchema;
  fields: FieldNames;
  planner: Planner;
  admission?: Admission | undefined;
}

/** The operations of one supergraph that were asked for lately, parsed, validated and costOfRun. */
export class Operations {
  readonly #kept = new Lru<Operation>(MAX_OPERATIONS, MAX_TEXT);
  readonly #parts: Parts;
  readonly #admission: Admission;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#admission = parts.admission ?? {};
  }

  /** Throws a `RequestError` or, where a part of ours fails, whatever that throws. Refused documents are not kept. */
  get({ query, operationName }: GraphRequest): Operation {
    const key = operationName ? `${operationName}\n${query}` : query;
    const known = this.#kept.get(key);
    if (known) return known;
    const operation = this.#prepare(query, operationName || undefined);
    this.#kept.add(key, operation, query.length);
    return operation;
  }

  #prepare(query: string, operationName: string | undefined): Operation {
    const document = this.#parse(query);
    this.#validate(document);
    const parsed = { schema: this.#parts.schema, document, ...chooseOperation(document, operationName) };
    const weigh = this.#admission.weigh?.(parsed);
    const introspection = introspectionIn(query, parsed);
    return {
      ...parsed,
      forms: new DocumentVariants(parsed, this.#parts),
      ...(introspection ? { introspection } : {}),
      ...(weigh ? { weigh } : {}),
    };
  }

  #parse(query: string): DocumentNode {
    try {
      return parse(query, this.#admission.maxTokens ? { maxTokens: this.#admission.maxTokens } : {});
    } catch (error) {
      throw refuse('GRAPHQL_PARSE_FAILED', [error]);
    }
  }

  #validate(document: DocumentNode): void {
    // First this one: the specification's rule on the single field of a stream throws when that field is behind a condition.
    const condition = conditionOnStream(document);
    if (condition) throw refuse('GRAPHQL_VALIDATION_FAILED', [condition]);
    const rules = [...specifiedRules, noPrototypeNames, ...(this.#admission.rules ?? [])];
    const errors = validate(this.#parts.schema, document, rules, { maxErrors: MAX_VALIDATION_ERRORS });
    if (errors.length > 0) throw refuse('GRAPHQL_VALIDATION_FAILED', errors);
  }
}

function chooseOperation(document: DocumentNode, name: string | undefined): Pick<ParsedOperation, 'operation' | 'fragments'> {
  const operations = document.definitions.filter((definition) => definition.kind === 'OperationDefinition');
  const operation = name === undefined ? operations[0] : operations.find((one) => one.name?.value === name);
  if (!operation)
    throw unclear(name === undefined ? 'The document holds no operation.' : `The document holds no operation named "${name}".`);
  if (name === undefined && operations.length > 1) throw unclear('The document holds several operations. Name one as operationName.');
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments[definition.name.value] = definition;
  }
  return { operation, fragments };
}

function unclear(message: string): RequestError {
  return refuse('BAD_REQUEST', [new GraphQLError(message)]);
}

/** As the name of a response field, `__proto__` would change what an object is instead of what it holds. */
function noPrototypeNames(context: ValidationContext) {
  return {
    Field({ alias }: { alias?: { value: string } }) {
      if (alias?.value === '__proto__') context.reportError(new GraphQLError('A field cannot be called "__proto__".'));
    },
  };
}
