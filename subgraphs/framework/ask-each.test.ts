import { describe, expect, it } from '@jest/globals';
import type { Graph } from '../../infra/graph/graph.ts';
import { askEach } from './ask-each.ts';
import { graphql } from './graphql.ts';

const identity = { viewer: null, requestId: 'test' };
const DOCUMENT = graphql('query Titles($id: ID!) { conversation(id: $id) { id title } same: conversation(id: $id) { title } }');

describe('askEach', () => {
  it('sends one query with numbered fields and variables, and returns the results in order', async () => {
    const asked: unknown[] = [];
    const graph = {
      async ask(document: string, variables: Record<string, unknown>) {
        asked.push(document.replace(/\s+/g, ' '), variables);
        const titled = (id: string) => ({ [`conversation_${id}`]: { id, title: id }, [`same_${id}`]: { title: id } });
        return Object.assign({}, ...Array.from({ length: 11 }, (_, index) => titled(String(index))));
      },
    } as Graph;
    const ids = Array.from({ length: 11 }, (_, index) => ({ id: String(index) }));

    const results = await askEach(graph, DOCUMENT, ids, identity);

    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatch(/^query Titles\(\$id_0: ID!, \$id_1: ID!, /);
    expect(asked[0]).toContain('conversation_10: conversation(id: $id_10) { id title } same_10: conversation(id: $id_10) { title }');
    expect(asked[1]).toMatchObject({ id_0: '0', id_10: '10' });
    expect(results).toEqual(ids.map(({ id }) => ({ conversation: { id, title: id }, same: { title: id } })));
  });

  it('sends nothing for an empty list', async () => {
    const graph = { ask: () => Promise.reject(new Error('asked')) } as Graph;
    expect(await askEach(graph, DOCUMENT, [], identity)).toEqual([]);
  });
});
