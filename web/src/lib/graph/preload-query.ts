import { formatDocument, stringifyDocument, type AnyVariables, type TypedDocumentNode } from '@urql/core';

/** A query that pages send before their scripts are loaded, where `path` matches; a named group of it becomes a variable. */
export interface PreloadQuery {
  path: string;
  name: string;
  query: string;
  variables: object;
}

/** Prints the document as the client sends it, with the `__typename` fields that its cache needs. */
export function preloadQuery<Data, Variables extends AnyVariables>(
  path: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: object = {},
): PreloadQuery {
  const query = stringifyDocument(formatDocument(document))
    .replace(/^#[^\n]*\n/, '')
    .replace(/\s+/g, ' ');
  return { path, name: /^query (\w+)/.exec(query)?.[1] ?? '', query, variables };
}
