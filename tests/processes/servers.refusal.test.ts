import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { missingPgvector, missingPostgres, startPostgres, type Postgres } from '../support/postgres.ts';
import { startProduct } from '../support/product.ts';
import { describeWhen } from '../support/when.ts';

describeWhen(missingPostgres(), 'a product with unusable servers', () => {
  let postgres: Postgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());

  it('names the wrong setting without its password', async () => {
    const address = (await postgres.fresh()).replace('parley@', 'parley:hunter2@');
    const refusal = await startProduct({ env: { DATABASE_URL: address.replace(/\w+$/, 'nowhere') } }).catch(String);
    expect(refusal).toContain('DATABASE_URL: cannot connect (3D000 database \\"nowhere\\" does not exist)');
    expect(refusal).not.toContain('hunter2');
  });

  if (missingPgvector() !== null) {
    it('names the alternatives if the database has no pgvector', async () => {
      const refusal = await startProduct({ env: { DATABASE_URL: await postgres.fresh() } }).catch(String);
      expect(refusal).toContain('The database has no pgvector');
      expect(refusal).toMatch(/Install the extension.*or set VECTOR_DATABASE_URL or WEAVIATE_URL\./);
    });
  }
});
