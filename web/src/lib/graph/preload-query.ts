import { formatDocument, stringifyDocument, type AnyVariables, type TypedDocumentNode } from '@urql/core';

/** A request that the page makes before the client is there, where its path fits; a group of the pattern is a variable. */
export interface Question {
  path: string;
  name: string;
  query: string;
  variables: object;
}

/** Written as the client writes it, with the type names that its cache needs. */
export function question<Data, Variables extends AnyVariables>(
  path: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: object = {},
): Question {
  const query = stringifyDocument(formatDocument(document))
    .replace(/^#[^\n]*\n/, '')
    .replace(/\s+/g, ' ');
  return { path, name: /^query (\w+)/.exec(query)?.[1] ?? '', query, variables };
}
