import { LRUCache } from 'lru-cache';
import { parse, visit, type ASTNode, type DocumentNode, type FieldNode, type OperationDefinitionNode } from 'graphql';
import { Failure } from '../../schema/errors.ts';
import { textError } from './characters.ts';
import { LIMITS } from './limits.ts';
import { Measurer } from './measure.ts';

/** Facts about a document that need no schema. */
export interface Inspection {
  document: DocumentNode;
  operations: readonly InspectedOperation[];
  /** The limit that the document exceeds. */
  error: Failure | undefined;
}

export interface InspectedOperation {
  node: OperationDefinitionNode;
  /** With those of fragments; a field that is selected twice is listed twice. */
  rootFields: readonly FieldNode[];
}

/**
 * Parses and measures documents before validation, because validating a small document can be expensive. Results are
 * cached by text.
 */
export class Inspector {
  /** Sized by the sum of document lengths in characters. */
  readonly #known = new LRUCache<string, Inspection>({ max: 1000, maxSize: 4_000_000 });

  /** Throws a GraphQLError for a syntax error. */
  inspect(text: string): Inspection {
    const known = this.#known.get(text);
    if (known) return known;
    const inspection = inspectDocument(parse(text, { maxTokens: LIMITS.tokens }));
    this.#known.set(text, inspection, { size: text.length });
    return inspection;
  }
}

/** Selects the requested operation (specification §6.1, GetOperation). */
export function chooseOperation({ operations }: Inspection, name: string | null | undefined): InspectedOperation {
  if (name) {
    const named = operations.find(({ node }) => node.name?.value === name);
    if (!named) throw new Failure('BAD_REQUEST', { reason: 'The document has no operation of that name.' });
    return named;
  }
  const [first, ...others] = operations;
  if (!first) throw new Failure('BAD_REQUEST', { reason: 'The document has no operation.' });
  if (others.length > 0) throw new Failure('BAD_REQUEST', { reason: 'The document has several operations; say which by `operationName`.' });
  return first;
}

export function isIntrospection(rootFields: readonly FieldNode[]): boolean {
  return rootFields.some(({ name }) => name.value === '__schema' || name.value === '__type');
}

function inspectDocument(document: DocumentNode): Inspection {
  const measurer = new Measurer(document);
  const operations = document.definitions
    .filter((node) => node.kind === 'OperationDefinition')
    .map((node) => ({ node, rootFields: measurer.rootFields(node, LIMITS.rootFields) }));
  return { document, operations, error: validateLimits(document, operations, measurer) };
}

function validateLimits(document: DocumentNode, operations: readonly InspectedOperation[], measurer: Measurer): Failure | undefined {
  for (const { node, rootFields } of operations) {
    const { depth, nesting, fields, aliases } = measurer.measure(node);
    if (depth > (isIntrospection(rootFields) ? LIMITS.introspectionDepth : LIMITS.depth)) return tooComplex('levels', LIMITS.depth);
    if (nesting > LIMITS.nesting) return tooComplex('levels of fields and fragments', LIMITS.nesting);
    if (fields > LIMITS.fields) return tooComplex('fields', LIMITS.fields);
    if (aliases > LIMITS.aliases) return tooComplex('aliases', LIMITS.aliases);
    if (rootFields.length > LIMITS.rootFields) return tooComplex('root fields', LIMITS.rootFields);
  }
  if (measurer.cyclic) return new Failure('GRAPHQL_VALIDATION_FAILED', { reason: 'A fragment spreads itself.' });
  return validateNodes(document);
}

function validateNodes(document: DocumentNode): Failure | undefined {
  let error: Failure | undefined;
  let directives = 0;
  let fields = 0;
  let nesting = 0;
  visit(document, {
    enter(node) {
      if (isNesting(node) && ++nesting > LIMITS.valueNesting) error ??= tooComplex('levels in a value or a type', LIMITS.valueNesting);
      if ('directives' in node && node.directives) {
        directives += node.directives.length;
        if (node.directives.length > LIMITS.directivesOnOne) error ??= tooComplex('directives in one place', LIMITS.directivesOnOne);
      }
      if (node.kind === 'Field' && ++fields > LIMITS.writtenFields) error ??= tooComplex('fields', LIMITS.writtenFields);
      error ??= validateValue(node);
    },
    leave(node) {
      if (isNesting(node)) nesting--;
    },
  });
  return error ?? (directives > LIMITS.directives ? tooComplex('directives', LIMITS.directives) : undefined);
}

function isNesting({ kind }: ASTNode): boolean {
  return kind === 'ListValue' || kind === 'ObjectValue' || kind === 'ListType';
}

function validateValue(node: ASTNode): Failure | undefined {
  if (node.kind === 'StringValue') {
    const error = textError(node.value);
    return error ? new Failure('BAD_USER_INPUT', { reason: `A text in the document ${error}.` }) : undefined;
  }
  if (node.kind === 'ListValue' && node.values.length > LIMITS.listItems) {
    return new Failure('BAD_USER_INPUT', { reason: `A list has more than ${LIMITS.listItems} items.` });
  }
  // Validation would report a type error. This error names the field and the allowed range.
  if (node.kind === 'Argument' && (node.name.value === 'first' || node.name.value === 'last') && node.value.kind === 'FloatValue') {
    return new Failure('BAD_USER_INPUT', {
      reason: `\`${node.name.value}\` must be a whole number from 1 to ${LIMITS.page}.`,
      field: node.name.value,
    });
  }
  return undefined;
}

function tooComplex(what: string, limit: number): Failure {
  return new Failure('QUERY_TOO_COMPLEX', { reason: `The query has more than ${limit} ${what}. Ask for less at once.`, limit });
}
