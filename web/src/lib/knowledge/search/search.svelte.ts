import { fetchQuery } from '#lib/graph/client.ts';
import { GraphFailure } from '#lib/graph/failure.ts';
import type { ResultOf } from '#lib/graph/gql.ts';
import { SearchKnowledgeQuery } from '../operations.ts';

export type SearchHit = ResultOf<typeof SearchKnowledgeQuery>['searchKnowledge'][number];
export type SearchMode = 'HYBRID' | 'VECTOR' | 'KEYWORD';

export const MODES: { value: SearchMode; label: string; about: string }[] = [
  { value: 'HYBRID', label: 'Both', about: 'Words and similarity combined, as assistants search.' },
  { value: 'VECTOR', label: 'Similarity', about: 'Passages that are closest to the question.' },
  { value: 'KEYWORD', label: 'Words', about: 'Passages that contain the words of the question.' },
];

const HITS = 10;

/** One search in one mode, with the time until its response in this browser. */
export class Search {
  hits = $state.raw<SearchHit[]>();
  failure = $state.raw<GraphFailure>();
  latencyMs = $state<number>();
  loading = $state(false);
  #round = 0;

  async run(knowledgeBaseId: string, query: string, mode: SearchMode): Promise<void> {
    const round = ++this.#round;
    this.loading = true;
    this.failure = undefined;
    const asked = performance.now();
    try {
      const { searchKnowledge } = await fetchQuery(SearchKnowledgeQuery, {
        input: { query, knowledgeBaseIds: [knowledgeBaseId], mode, first: HITS },
      });
      if (round !== this.#round) return;
      this.latencyMs = performance.now() - asked;
      this.hits = searchKnowledge;
    } catch (error) {
      if (!(error instanceof GraphFailure)) throw error;
      if (round === this.#round) this.failure = error;
    } finally {
      if (round === this.#round) this.loading = false;
    }
  }
}
