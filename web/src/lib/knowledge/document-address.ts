/** The parts of an address that are read here; the router's own is read-only. */
type Address = Pick<URL, 'pathname' | 'search'> & { searchParams: Pick<URLSearchParams, 'get'> };

export interface PassagePlace {
  start: number;
  end: number;
  page: number | null;
}

/** Returns the address of a document beside the open page; the rest of the address stays. */
export function documentAddress(page: Address, documentId: string, passage?: PassagePlace): string {
  const search = withoutDocument(page);
  search.set('document', documentId);
  if (passage) {
    search.set('start', String(passage.start));
    search.set('end', String(passage.end));
    if (passage.page !== null) search.set('page', String(passage.page));
  }
  return `${page.pathname}?${search}`;
}

export function closedAddress(page: Address): string {
  const search = withoutDocument(page).toString();
  return search ? `${page.pathname}?${search}` : page.pathname;
}

/** Returns the document and passage that the address opens in the panel. */
export function openedDocument(page: Address): { documentId: string; passage: PassagePlace | undefined } | undefined {
  const documentId = page.searchParams.get('document');
  if (!documentId) return undefined;
  const [start, end, number] = ['start', 'end', 'page'].map((name) => Number.parseInt(page.searchParams.get(name) ?? '', 10));
  const isSpan = start !== undefined && end !== undefined && end > start;
  return { documentId, passage: isSpan ? { start, end, page: number || null } : undefined };
}

function withoutDocument(page: Address): URLSearchParams {
  const search = new URLSearchParams(page.search);
  for (const name of ['document', 'start', 'end', 'page']) search.delete(name);
  return search;
}
