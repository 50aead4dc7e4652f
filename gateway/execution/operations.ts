import {
  GraphQLError,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValidationContext,
} from 'graphql';
import type { FieldNames } from '../planning/field-names.ts';
import { DocumentVariants } from './document-variants.ts';
import { introspectionIn } from './introspection.ts';
import type { Planner } from '../planning/planner.ts';
import type { Documents, PreparedDocument } from './prepared-document.ts';
import { requestError } from './request-error.ts';
import { conditionOnStream } from './stream-root.ts';
import type { Admission, ParsedOperation, PreparedRequest } from './request.ts';

const MAX_VALIDATION_ERRORS = 20;

/** A prepared operation: everything that does not depend on variables. */
export interface Operation extends ParsedOperation {
  introspection?: DocumentNode;
  variants: DocumentVariants;
  measure?: ReturnType<NonNullable<Admission['measure']>>;
}

interface Parts {
  documents: Documents;
  /** The public schema. */
  schema: GraphQLSchema;
  fields: FieldNames;
  planner: Planner;
  admission?: Admission | undefined;
}

/** Validates operations of one supergraph, each once while its document is kept. */
export class Operations {
  /** Not by node, because Apollo Server keeps nodes longer than the bounds of `Documents` allow. */
  readonly #known = new WeakMap<PreparedDocument, Map<OperationDefinitionNode, Operation>>();
  readonly #parts: Parts;
  readonly #admission: Admission;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#admission = parts.admission ?? {};
  }

  /** Throws a `RequestError`; any other exception is a bug. Invalid documents are not cached. */
  get(request: PreparedRequest): Operation {
    const { document } = request;
    const known = this.#known.get(document)?.get(request.operation);
    if (known) return known;
    const operation = this.#make(request);
    const operations = this.#known.get(document) ?? new Map<OperationDefinitionNode, Operation>();
    this.#known.set(document, operations.set(request.operation, operation));
    this.#parts.documents.keep(document, operations.size);
    return operation;
  }

  #make({ document: { text, node: document, fragments }, operation }: PreparedRequest): Operation {
    this.#validate(document);
    const parsed = { schema: this.#parts.schema, document, operation, fragments };
    const measure = this.#admission.measure?.(parsed);
    const introspection = introspectionIn(text, parsed);
    return {
      ...parsed,
      variants: new DocumentVariants(parsed, this.#parts),
      ...(introspection ? { introspection } : {}),
      ...(measure ? { measure } : {}),
    };
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

/** Assigning a response field named `__proto__` would change the prototype of the response object. */
function noPrototypeNames(context: ValidationContext) {
  return {
    Field({ alias }: { alias?: { value: string } }) {
      if (alias?.value === '__proto__') context.reportError(new GraphQLError('A field cannot be called "__proto__".'));
    },
  };
}
