import { parse, visit, type ASTNode, type DocumentNode, type FieldNode, type OperationDefinitionNode } from 'graphql';
import { Failure } from '../../schema/errors.ts';
import { faultOfText } from './characters.ts';
import { LIMITS } from './limits.ts';
import { Lru } from '../lru.ts';
import { Measurer } from './measure.ts';

/** What the text of a document tells before a schema is consulted. */
export interface Inspection {
  document: DocumentNode;
  operations: readonly InspectedOperation[];
  /** Why nobody may run it, however well it fits the schema. */
  refusal: Failure | undefined;
}

export interface InspectedOperation {
  node: OperationDefinitionNode;
  /** The root fields, fragments spread, each as often as it is selected. */
  rootFields: readonly FieldNode[];
}

/**
 * Looks at documents before they are validated, because validation itself is where a small document can
 * cost much. Each text is looked at once, while it is remembered.
 */
export class Inspector {
  readonly #known = new Lru<Inspection>(1000, 4_000_000);

  /** Throws a GraphQLError where the text is not GraphQL. */
  inspect(text: string): Inspection {
    const known = this.#known.get(text);
    if (known) return known;
    const inspection = inspectDocument(parse(text, { maxTokens: LIMITS.tokens }));
    this.#known.add(text, inspection, text.length);
    return inspection;
  }
}

/** The operation that a request asks for, as the specification chooses it. */
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
  return { document, operations, refusal: refusalOf(document, operations, measurer) };
}

function refusalOf(document: DocumentNode, operations: readonly InspectedOperation[], measurer: Measurer): Failure | undefined {
  for (const { node, rootFields } of operations) {
    const { depth, nesting, fields, aliases } = measurer.measure(node);
    if (depth > (isIntrospection(rootFields) ? LIMITS.introspectionDepth : LIMITS.depth)) return tooComplex('levels', LIMITS.depth);
    if (nesting > LIMITS.nesting) return tooComplex('levels of fields and fragments', LIMITS.nesting);
    if (fields > LIMITS.fields) return tooComplex('fields', LIMITS.fields);
    if (aliases > LIMITS.aliases) return tooComplex('aliases', LIMITS.aliases);
    if (rootFields.length > LIMITS.rootFields) return tooComplex('root fields', LIMITS.rootFields);
  }
  if (measurer.cyclic) return new Failure('GRAPHQL_VALIDATION_FAILED', { reason: 'A fragment spreads itself.' });
  return refusalOfNodes(document);
}

function refusalOfNodes(document: DocumentNode): Failure | undefined {
  let refusal: Failure | undefined;
  let directives = 0;
  let fields = 0;
  let nesting = 0;
  visit(document, {
    enter(node) {
      if (isNesting(node) && ++nesting > LIMITS.valueNesting) refusal ??= tooComplex('levels in a value or a type', LIMITS.valueNesting);
      if ('directives' in node && node.directives) {
        directives += node.directives.length;
        if (node.directives.length > LIMITS.directivesOnOne) refusal ??= tooComplex('directives in one place', LIMITS.directivesOnOne);
      }
      if (node.kind === 'Field' && ++fields > LIMITS.writtenFields) refusal ??= tooComplex('fields', LIMITS.writtenFields);
      refusal ??= refusalOfValue(node);
    },
    leave(node) {
      if (isNesting(node)) nesting--;
    },
  });
  return refusal ?? (directives > LIMITS.directives ? tooComplex('directives', LIMITS.directives) : undefined);
}

function isNesting({ kind }: ASTNode): boolean {
  return kind === 'ListValue' || kind === 'ObjectValue' || kind === 'ListType';
}

function refusalOfValue(node: ASTNode): Failure | undefined {
  if (node.kind === 'StringValue') {
    const fault = faultOfText(node.value);
    return fault ? new Failure('BAD_USER_INPUT', { reason: `A text in the document ${fault}.` }) : undefined;
  }
  if (node.kind === 'ListValue' && node.values.length > LIMITS.listItems) {
    return new Failure('BAD_USER_INPUT', { reason: `A list has more than ${LIMITS.listItems} items.` });
  }
  // Validation would call it a type error; it is the page size that is wrong, and whoever reads the code wants to know that.
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
