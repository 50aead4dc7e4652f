import type { DocumentNode, FragmentDefinitionNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, ValidationRule } from 'graphql';
import type { Identity } from '../../schema/viewer.ts';
import type { PreparedDocument } from './prepared-document.ts';

/** A GraphQL request as it arrived. */
export interface GraphRequest {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
  /** The document, if the transport has parsed it. */
  parsed?: DocumentNode;
}

/** A request whose document is parsed and whose operation is chosen, once for all its steps. */
export interface PreparedRequest {
  document: PreparedDocument;
  operation: OperationDefinitionNode;
  variables?: Record<string, unknown> | null;
}

/** `data` is absent for a request error: the document or the variables were invalid. */
export interface GraphResult {
  data?: Record<string, any> | null;
  errors?: readonly GraphQLError[];
}

/** A validated document with the selected operation. */
export interface ParsedOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
}

/** Variables after input coercion by the schema. */
export type CoercedVariables = Record<string, unknown>;

/** Additional checks of client operations. Everything but the function that `measure` returns runs once per document. */
export interface Admission {
  /** Validation rules in addition to those of the specification. */
  rules?: readonly ValidationRule[];
  /** Limit of the parser. */
  maxTokens?: number;
  /**
   * Called once per document; the returned function is called for each request with coerced variables, before execution.
   * Both may throw a `Failure`.
   */
  measure?(operation: ParsedOperation): (variables: CoercedVariables, identity: Identity) => void;
}
