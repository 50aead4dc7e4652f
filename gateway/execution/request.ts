import type { DocumentNode, FragmentDefinitionNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, ValidationRule } from 'graphql';
import type { Identity } from '../../schema/viewer.ts';

/** What a client asks. The text, with `operationName`, is also the key under which the prepared operation is kept. */
export interface GraphRequest {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** `data` is absent when nothing was executed: the document or the variables were refused. */
export interface GraphResult {
  data?: Record<string, any> | null;
  errors?: readonly GraphQLError[];
}

/** A document that was parsed and validated, with the one operation of it that is asked for. */
export interface ParsedOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
}

/** Variables as the schema reads them: defaults filled in, single values made lists. */
export type CoercedVariables = Record<string, unknown>;

/** The conditions under which a door lets documents in. Everything but the last step happens once per document. */
export interface Admission {
  /** Further validation rules, beside those of the specification. */
  rules?: readonly ValidationRule[];
  /** Longer documents are refused before they are parsed to the end. */
  maxTokens?: number;
  /**
   * Called once for each document; what it returns is called for each request, once its variables are coerced and
   * before anything runs. Either may throw a `Failure`.
   */
  weigh?(operation: ParsedOperation): (variables: CoercedVariables, identity: Identity) => void;
}
