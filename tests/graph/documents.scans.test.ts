import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canRecognise } from '../../subgraphs/knowledge/documents/extract/ocr/recogniser.ts';
import { addDocument, type AddedDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { jpegsIn, pdfDocument } from '../support/files/pdf.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { describeWhen } from '../support/when.ts';

const CREATE = 'mutation { createKnowledgeBase(input: { name: "Scans" }) { knowledgeBase { id } } }';
const READ = 'query ($id: ID!) { document(id: $id) { status pageCount warnings { code message pages } pages { number text } } }';
const LIST = 'query ($id: ID!) { knowledgeBase(id: $id) { documents(first: 20) { edges { node { name status } } } } }';
const SEARCH =
  'query ($query: String!) { searchKnowledge(input: { query: $query, mode: KEYWORD, first: 1 }) { passage { page pageLabel document { name } } } }';
const MINUTES = 180_000;

const scan = readFileSync('tests/documents/MEDRPT-2024-PAT-3847_medical_report_scan.pdf');
const [firstPage] = jpegsIn(scan) as [Buffer];
const JPEG = '/Width 850/Height 1100/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode';
const filling = { Im0: { dictionary: JPEG, data: firstPage } };
const FILLED = 'q 612 0 0 792 0 0 cm /Im0 Do Q';

interface Read {
  status: string;
  pageCount: number;
  warnings: { code: string; message: string; pages: number[] }[];
  pages: { number: number; text: string }[];
}

let product: Product;
let ada: Person;
let base: string;

const upload = (name: string, content: Uint8Array, mediaType = 'application/pdf') =>
  addDocument(ada, base, { name, mediaType, content }, MINUTES);
const read = async ({ id }: AddedDocument) => (await ada.ask(READ, { id })).document as Read;

async function open(env: Record<string, string> = {}) {
  product = await startProduct({ env });
  ada = await Person.signUp(product);
  base = (await ada.ask(CREATE)).createKnowledgeBase.knowledgeBase.id;
}

const missing = canRecognise() ? null : 'tesseract.js-core or @tesseract.js-data/eng is not installed';

describeWhen(missing, 'reading a scan without a text layer', () => {
  beforeAll(() => open());
  afterAll(() => product?.stop());

  it(
    'recognises its text page by page, says so, and makes it searchable',
    async () => {
      const added = await upload('report.pdf', scan);
      expect(added).toMatchObject({ status: 'READY', failure: null, pageCount: 3 });
      const { pages, warnings } = await read(added);
      expect(warnings).toEqual([
        { code: 'FROM_PICTURE', message: 'Pages 1 to 3 were read from a picture; some letters may be wrong.', pages: [1, 2, 3] },
      ]);
      expect(pages[0]!.text).toContain('## CHIEF COMPLAINT\n\nPatient presents with persistent headaches occurring 3-4 times per week');
      expect(pages[0]!.text).toContain('Heart Rate | 78 bpm | 60-100 bpm | NORMAL');
      expect(pages[1]!.text).toContain('No acute intracranial hemorrhage');
      const [hit] = (await ada.ask(SEARCH, { query: 'Paranasal sinuses' })).searchKnowledge;
      expect(hit.passage).toEqual({ page: 2, pageLabel: 'Page 2, read from a picture', document: { name: 'report.pdf' } });
    },
    MINUTES,
  );

  it(
    'recognises rotated, striped and stamped pages beside pages with text; a damaged or oversized picture fails only its page',
    async () => {
      const text = 'BT /F1 12 Tf 72 700 Td (This page was written by a program and has a text layer of its own.) Tj ET';
      const file = pdfDocument([
        { content: text },
        { content: 'q 0 612 -792 0 792 0 cm /Im0 Do Q', pictures: filling, rotate: 90, size: [792, 612] },
        {
          content: `q 0 396 612 396 re W n ${FILLED} Q q 0 0 612 396 re W n ${FILLED} Q BT /F1 8 Tf 500 10 Td (Archive 0042) Tj ET`,
          pictures: filling,
        },
        { content: FILLED, pictures: { Im0: { dictionary: JPEG, data: firstPage.subarray(0, 300) } } },
        { content: FILLED, pictures: { Im0: { dictionary: JPEG.replace(/850|1100/g, '40000'), data: firstPage } } },
        { content: '' },
      ]);
      const { pages, warnings } = await read(await upload('mixed.pdf', file));
      expect(pages[0]!.text).toContain('a text layer of its own');
      expect(pages[1]!.text).toContain('Patient presents with persistent headaches');
      expect(pages[2]!.text).toMatch(/Patient presents with persistent headaches[\s\S]*Archive 0042/);
      expect(pages.slice(3).map((page) => page.text)).toEqual(['', '', '']);
      expect(warnings.map(({ code, pages: named }) => ({ code, named }))).toEqual([
        { code: 'UNREADABLE', named: [5] },
        { code: 'NO_TEXT', named: [4] },
        { code: 'FROM_PICTURE', named: [2, 3] },
      ]);
    },
    MINUTES,
  );

  it(
    'does not block the reading of other documents',
    async () => {
      const statusOf = async (name: string) => {
        const { edges } = (await ada.ask(LIST, { id: base })).knowledgeBase.documents as {
          edges: { node: { name: string; status: string } }[];
        };
        return edges.find(({ node }) => node.name === name)?.node.status;
      };
      const slow = upload('long.pdf', pdfDocument(Array.from({ length: 10 }, () => ({ content: FILLED, pictures: filling }))));
      await eventually(
        () => statusOf('long.pdf'),
        (status) => status === 'EXTRACTING',
      );
      expect((await upload('note.txt', Buffer.from('A short note.'), 'text/plain')).status).toBe('READY');
      expect(await statusOf('long.pdf')).toBe('EXTRACTING');
      expect((await slow).status).toBe('READY');
    },
    MINUTES,
  );
});

describe('reading a scan with OCR=off', () => {
  beforeAll(() => open({ OCR: 'off' }));
  afterAll(() => product?.stop());

  it('fails with the reason that it has no text', async () => {
    const added = await upload('report.pdf', scan);
    expect(added).toMatchObject({ status: 'FAILED', failureCode: 'DOCUMENT_NO_TEXT', failure: expect.stringMatching(/images of pages/) });
  });

  it('names the pages without text where only a part of the document is scanned', async () => {
    const text = 'BT /F1 12 Tf 72 700 Td (This page was written by a program and has a text layer of its own.) Tj ET';
    const { warnings } = await read(await upload('part.pdf', pdfDocument([{ content: text }, { content: FILLED, pictures: filling }])));
    expect(warnings).toEqual([{ code: 'NO_TEXT', message: 'Page 2 holds pictures without text.', pages: [2] }]);
  });
});
