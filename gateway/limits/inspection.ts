import { visit, type ASTNode, type DocumentNode, type FieldNode, type OperationDefinitionNode } from 'graphql';
import { Failure } from '../../schema/errors.ts';
import type { PreparedDocument } from '../execution/prepared-document.ts';
import { textError } from './characters.ts';
import { LIMITS } from './limits.ts';
import { Measurer } from './measure.ts';

/** Facts about a document that need no schema. */
export interface Inspection {
  /** By operation, with those of fragments; a field that is selected twice is listed twice. */
  rootFields: ReadonlyMap<OperationDefinitionNode, readonly FieldNode[]>;
  /** The limit that the document exceeds. */
  error: Failure | undefined;
}

const inspections = new WeakMap<PreparedDocument, Inspection>();

/** Measures a document before validation, because validating a small document can be expensive; once for each document. */
export function inspect(document: PreparedDocument): Inspection {
  let inspection = inspections.get(document);
  if (!inspection) inspections.set(document, (inspection = inspectDocument(document)));
  return inspection;
}

export function isIntrospection(rootFields: readonly FieldNode[]): boolean {
  return rootFields.some(({ name }) => name.value === '__schema' || name.value === '__type');
}

function inspectDocument({ node, operations }: PreparedDocument): Inspection {
  const measurer = new Measurer(node);
  const rootFields = new Map(operations.map((operation) => [operation, measurer.rootFields(operation, LIMITS.rootFields)]));
  return { rootFields, error: validateLimits(node, rootFields, measurer) };
}

function validateLimits(document: DocumentNode, operations: Inspection['rootFields'], measurer: Measurer): Failure | undefined {
  for (const [node, rootFields] of operations) {
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
  return new Failure('QUERY_TOO_COMPLEX', { reason: `The query has more than ${limit} ${what}. Request less at once.`, limit });
}
