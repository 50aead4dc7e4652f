import { LRUCache } from 'lru-cache';
import { GraphQLError, parse, type DocumentNode, type FragmentDefinitionNode, type OperationDefinitionNode } from 'graphql';
import { Failure } from '../../schema/errors.ts';
import type { GraphRequest, PreparedRequest } from './request.ts';

const MAX_DOCUMENTS = 1000;
/** Sum of lengths in characters, for each operation that is used; its plans take about a hundred times as many bytes. */
const MAX_CHARACTERS = 1_000_000;

/** A parsed document. Results that depend on it alone are kept in weak maps by this object. */
export class PreparedDocument {
  readonly operations: readonly OperationDefinitionNode[];
  readonly fragments: Record<string, FragmentDefinitionNode> = Object.create(null);

  readonly text: string;
  readonly node: DocumentNode;

  constructor(text: string, node: DocumentNode) {
    this.text = text;
    this.node = node;
    this.operations = node.definitions.filter((definition) => definition.kind === 'OperationDefinition');
    for (const definition of node.definitions) {
      if (definition.kind === 'FragmentDefinition') this.fragments[definition.name.value] = definition;
    }
  }

  /** Selects the requested operation (specification §6.1, GetOperation). */
  choose(name: string | null | undefined): OperationDefinitionNode {
    if (name) {
      const named = this.operations.find((operation) => operation.name?.value === name);
      if (!named) throw new Failure('BAD_REQUEST', { reason: 'The document has no operation of that name.' });
      return named;
    }
    const [first, ...others] = this.operations;
    if (!first) throw new Failure('BAD_REQUEST', { reason: 'The document has no operation.' });
    if (others.length > 0)
      throw new Failure('BAD_REQUEST', { reason: 'The document has several operations; select one by `operationName`.' });
    return first;
  }
}

/** Throws like `Documents.get`, or a `Failure` if the document has no such operation. */
export function prepare({ query, operationName, variables, parsed }: GraphRequest, documents: Documents): PreparedRequest {
  const document = documents.get(query, parsed);
  return { document, operation: document.choose(operationName), ...(variables ? { variables } : {}) };
}

/** Parses documents, and keeps recent ones by their text. */
export class Documents {
  readonly #kept = new LRUCache<string, PreparedDocument>({ max: MAX_DOCUMENTS, maxSize: MAX_CHARACTERS });

  readonly #maxTokens: number | undefined;

  constructor(maxTokens?: number) {
    this.#maxTokens = maxTokens;
  }

  /** `parsed`: the document, if it was parsed already. Throws a `Failure`, or a GraphQLError for a syntax error. */
  get(text: string, parsed?: DocumentNode): PreparedDocument {
    return this.#kept.get(text) ?? new PreparedDocument(text, parsed ?? this.#parse(text));
  }

  /** Call for valid documents only, so that others do not replace them, and for each further operation of one that is used. */
  keep(document: PreparedDocument, operations: number): void {
    // The cache would not update the size of a value that it has.
    this.#kept.delete(document.text);
    this.#kept.set(document.text, document, { size: document.text.length * operations });
  }

  #parse(text: string): DocumentNode {
    try {
      return parse(text, this.#maxTokens === undefined ? {} : { maxTokens: this.#maxTokens });
    } catch (error) {
      throw parseFailure(error, this.#maxTokens);
    }
  }
}

/** Maps an exception of the parser: too many tokens, nesting that overflows the stack, or a syntax error. */
export function parseFailure(error: unknown, maxTokens?: number): unknown {
  const cause = innermost(error);
  if (cause instanceof RangeError) return new Failure('QUERY_TOO_COMPLEX', { reason: 'The document is nested too deeply.' }, { cause });
  if (!(error instanceof GraphQLError)) return error;
  if (/more tha[tn] \d+ tokens/.test(error.message)) {
    const reason = `The document is longer than ${maxTokens} words and signs.`;
    return new Failure('QUERY_TOO_COMPLEX', { reason, limit: maxTokens }, { cause });
  }
  const { message, source, positions } = error;
  return new GraphQLError(message, { source, positions, extensions: { code: 'GRAPHQL_PARSE_FAILED', retryable: false } });
}

/** Apollo Server wraps exceptions of the parser, sometimes twice. */
function innermost(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? innermost(error.originalError) : error;
}
