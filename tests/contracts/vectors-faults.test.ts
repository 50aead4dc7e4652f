import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '../../infra/id.ts';
import { WeaviateVectors } from '../../infra/vectors/weaviate.ts';
import { eventually } from '../support/eventually.ts';
import { describeWhen } from '../support/when.ts';
import { missingWeaviate, startWeaviate, type Weaviate } from '../support/weaviate/server.ts';

describeWhen(missingWeaviate, 'the Weaviate adapter', () => {
  const space = { name: 'kept', dimensions: 2 };
  const kept = { id: newId(), tenant: newId(), documentId: newId(), vector: new Float32Array([1, 0]) };
  const away = expect.objectContaining({ code: 'DEPENDENCY_UNAVAILABLE', retryable: true });
  let server: Weaviate;
  let vectors: WeaviateVectors;
  const ask = () => vectors.nearest(space, { tenants: [kept.tenant], vector: kept.vector, limit: 1 });

  beforeAll(async () => {
    server = await startWeaviate();
    vectors = new WeaviateVectors({ ...server.address, timeout: { init: 5, query: 4, insert: 4 } });
    await vectors.open();
    await vectors.upsert(space, [kept]);
  });
  afterAll(async () => {
    await vectors.close();
    await server.stop();
  });

  it.each<[string, () => unknown, () => unknown]>([
    ['is stopped', () => server.end(), () => server.start()],
    ['does not answer', () => server.freeze(), () => server.thaw()],
  ])(
    'reports DEPENDENCY_UNAVAILABLE while the server %s, and answers from the same data afterwards',
    async (_, leave, comeBack) => {
      await leave();
      await expect(ask()).rejects.toEqual(away);
      await expect(vectors.upsert(space, [kept])).rejects.toEqual(away);
      await expect(vectors.deleteBy(space, { tenant: newId() })).rejects.toEqual(away);
      await expect(vectors.ping()).rejects.toEqual(away);
      await comeBack();
      const hits = await eventually(
        () => ask().catch(() => []),
        ({ length }) => length > 0,
        60_000,
      );
      expect(hits).toEqual([{ id: kept.id, documentId: kept.documentId, score: 1 }]);
      await vectors.ping();
    },
    120_000,
  );

  it('ranks thousands of items by words after they were written to disk, as after a restart', async () => {
    const tenant = newId();
    const put = (words: string) => ({ id: newId(), tenant, documentId: newId(), vector: kept.vector, words: words.split(' ') });
    const rest = Array.from({ length: 3_000 }, () => put('ship sail wind wave'));
    const best = put('ship sextant');
    await vectors.upsert(space, [...rest, best]);
    await server.end();
    await server.start();
    const query = { tenants: [tenant], limit: 10, vector: kept.vector, words: ['ship', 'sextant'], weights: { keyword: 1, vector: 0 } };
    const hits = await eventually(
      () => vectors.hybrid(space, query).catch(() => []),
      ({ length }) => length > 0,
      60_000,
    );
    expect(hits[0]).toMatchObject({ id: best.id, keywordRank: 1 });
  }, 120_000);

  it('is refused by the server without the API key', async () => {
    for (const apiKey of [undefined, 'another'])
      await expect(new WeaviateVectors({ ...server.address, apiKey }).open()).rejects.toThrow(/401|UNAUTHENTICATED/i);
  });
});
