import { fetchQuery } from '#lib/graph/client.ts';
import { graphql } from '#lib/graph/gql.ts';
import { GraphFailure } from '#lib/graph/failure.ts';
import { toast } from '#lib/ui/toasts.svelte.ts';
import { onThisOrigin } from './upload/send-file.ts';

const DocumentOriginalQuery = graphql(`
  query DocumentOriginal($id: ID!) {
    document(id: $id) {
      id
      downloadUrl
    }
  }
`);

/** Opens the original file in a new tab. Its URL is signed for minutes only, so it is requested now. */
export async function openOriginal(documentId: string, page?: number | null): Promise<void> {
  // Opened before the response arrives: browsers block windows that open later.
  const tab = window.open('about:blank', '_blank');
  if (tab) tab.opener = null;
  try {
    const { document } = await fetchQuery(DocumentOriginalQuery, { id: documentId });
    if (!document.downloadUrl) throw new GraphFailure('The file was not uploaded.', { code: 'NOT_FOUND' });
    const original = onThisOrigin(document.downloadUrl);
    const address = page ? `${original}#page=${page}` : original;
    if (tab) tab.location.replace(address);
    else window.location.assign(address);
  } catch (error) {
    tab?.close();
    toast(error instanceof GraphFailure ? error.message : 'The original could not be opened.', { tone: 'danger' });
  }
}
