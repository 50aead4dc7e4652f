import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { startS3, type S3Server } from '../support/s3/start.ts';

const HARBOUR = 'The harbour of Brennholm freezes in February, and the ferries rest until the ice breaks.';
const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const ADD = 'mutation ($input: AddDocumentInput!) { addDocument(input: $input) { document { id } uploadUrl } }';
const DOCUMENT = 'query ($id: ID!) { document(id: $id) { status downloadUrl } }';

describe('files in a bucket', () => {
  let s3: S3Server;
  let product: Product;
  let ada: Person;

  beforeAll(async () => {
    s3 = await startS3();
    const { bucket, endpoint, credentials } = s3.address;
    product = await startProduct({
      env: {
        S3_BUCKET: bucket,
        S3_ENDPOINT: endpoint!,
        S3_ACCESS_KEY_ID: credentials!.accessKeyId,
        S3_SECRET_ACCESS_KEY: credentials!.secretAccessKey,
      },
    });
    ada = await Person.signUp(product);
  });
  afterAll(async () => {
    await product?.stop();
    await s3?.stop();
  });

  it('are accepted by an upload URL that was issued while the bucket was unavailable', async () => {
    const { createKnowledgeBase } = await ada.ask(CREATE_BASE, { input: { name: 'Harbours' } });
    const file = { name: 'harbour.txt', mediaType: 'text/plain', sizeBytes: HARBOUR.length };
    const { addDocument } = await ada.ask(ADD, { input: { knowledgeBaseId: createKnowledgeBase.knowledgeBase.id, ...file } });
    const upload = () => fetch(addDocument.uploadUrl, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: HARBOUR });
    await s3.kill();
    const refused = await upload();
    expect(refused.status).toBe(503);
    expect(JSON.stringify(await refused.json())).toContain('DEPENDENCY_UNAVAILABLE');
    await s3.start();
    expect((await upload()).status).toBe(200);
    const { document } = await eventually(
      () => ada.ask(DOCUMENT, { id: addDocument.document.id }),
      (found) => found.document.status === 'READY',
      60_000,
    );
    const read = (headers: Record<string, string>) => fetch(document.downloadUrl, { headers });
    expect(await (await read({})).text()).toBe(HARBOUR);
    const part = await read({ range: 'bytes=4-10' });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, `bytes 4-10/${HARBOUR.length}`, 'harbour']);
    await s3.kill();
    expect((await read({})).status).toBe(503);
    await s3.start();
    expect((await read({})).status).toBe(200);
  });
});
