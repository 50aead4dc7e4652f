import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument, type AddedDocument } from '../support/documents.ts';
import { book, inline, number, openDocument, presentation, row, shape, workbook } from '../support/files/office.ts';
import { Person } from '../support/person.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';
import { zip } from '../support/files/zip.ts';

const CREATE = 'mutation { createKnowledgeBase(input: { name: "Office" }) { knowledgeBase { id } } }';
const READ = 'query ($id: ID!) { document(id: $id) { mediaType pageKind warnings { code message } pages { number label text } } }';
const SEARCH =
  'query ($query: String!) { searchKnowledge(input: { query: $query, mode: KEYWORD, first: 1 }) { passage { page pageLabel document { name } } } }';

let product: SharedProduct;
let ada: Person;
let base: string;

const upload = (name: string, content: string | Uint8Array, mediaType = 'application/octet-stream') =>
  addDocument(ada, base, { name, mediaType, content });
const outcome = ({ status, failureCode }: AddedDocument) => failureCode ?? status;

async function read(name: string, content: string | Uint8Array, mediaType?: string) {
  const added = await upload(name, content, mediaType);
  expect({ name, outcome: outcome(added), failure: added.failure }).toEqual({ name, outcome: 'READY', failure: null });
  return (await ada.ask(READ, { id: added.id })).document;
}

const text = async (name: string, content: string | Uint8Array, mediaType?: string) =>
  (await read(name, content, mediaType)).pages.map((page: { text: string }) => page.text).join('\n\n');

beforeAll(async () => {
  product = await sharedProduct();
  ada = await Person.signUp(product);
  base = (await ada.ask(CREATE)).createKnowledgeBase.knowledgeBase.id;
});
afterAll(() => product?.leave());

describe('reading a workbook', () => {
  it('gives its rows under their column heads, as they are displayed, sheet by sheet', async () => {
    const styles =
      '<numFmts><numFmt numFmtId="164" formatCode="#,##0.00\\ &quot;€&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="164"/></cellXfs>';
    const prices =
      row(1, inline('A1', '港の料金')) +
      row(3, inline('A3', 'Port'), inline('B3', 'Since'), inline('C3', 'Share'), inline('D3', 'Fee')) +
      row(4, '<x:c r="A4" t="s"><x:v>0</x:v></x:c>', number('B4', 45000, 1), number('C4', 0.125, 2), number('D4', 1234.5, 3)) +
      row(5, inline('A5', 'Порт Бексли'), '<x:c r="D5" s="3"><x:f>D4*2</x:f><x:v>2469</x:v></x:c>');
    const file = workbook(
      [
        { name: 'Prices', rows: prices },
        { name: 'Lists', rows: row(1, inline('A1', 'secret list')), state: 'hidden' },
        { name: 'Empty', rows: '' },
        { name: 'Berths', rows: row(1, inline('A1', 'Berth 7 is closed')) },
      ],
      { strings: '<si><r><t>Ar</t></r><r><t>den</t></r><rPh><t>reading</t></rPh></si>', styles },
    );
    const document = await read('prices.xlsx', file);
    expect(document.pageKind).toBe('SHEET');
    expect(document.pages).toEqual([
      {
        number: 1,
        label: 'Sheet “Prices”',
        text: '# Prices\n\n港の料金\n\n- Port: Arden; Since: 2023-03-15; Share: 12.50%; Fee: 1,234.50 €\n- Port: Порт Бексли; Fee: 2,469.00 €',
      },
      { number: 2, label: 'Sheet “Berths”', text: '# Berths\n\nBerth 7 is closed' },
    ]);
    expect(document.warnings).toEqual([{ code: 'LEFT_OUT', message: 'The hidden sheet “Lists” was left out.' }]);
    const [hit] = (await ada.ask(SEARCH, { query: 'Порт Бексли' })).searchKnowledge;
    expect(hit.passage).toEqual({ page: 1, pageLabel: 'Sheet “Prices”', document: { name: 'prices.xlsx' } });
  });

  it('repeats a value that is merged over several rows, and joins two rows of heads', async () => {
    const rows =
      row(1, inline('A1', 'Region'), inline('B1', '2024')) +
      row(2, inline('B2', 'Tons'), inline('C2', 'Ships')) +
      row(3, inline('A3', 'South'), number('B3', 5), number('C3', 2)) +
      row(4, number('B4', 7), number('C4', 3));
    const after = '<x:mergeCells><x:mergeCell ref="A1:A2"/><x:mergeCell ref="B1:C1"/><x:mergeCell ref="A3:A4"/></x:mergeCells>';
    expect(await text('merged.xlsx', workbook([{ name: 'S', rows, after }]))).toBe(
      '# S\n\n- Region: South; 2024 Tons: 5; 2024 Ships: 2\n- Region: South; 2024 Tons: 7; 2024 Ships: 3',
    );
  });

  it('gives the other sheets where one is damaged, with a warning', async () => {
    const damaged = '<?xml version="1.0"?><worksheet><sheetData><row r="1"><c r="A1"><v>17</v></c></row><row r="2"><c';
    const document = await read(
      'damaged.xlsx',
      workbook([
        { name: 'Bad', rows: damaged },
        { name: 'Good', rows: row(1, inline('A1', 'whole')) },
      ]),
    );
    expect(document.pages.map((page: { label: string }) => page.label)).toEqual(['Sheet “Bad”', 'Sheet “Good”']);
    expect(document.warnings[0].message).toBe('A part of sheet “Bad” could not be read.');
  });

  it('is fast for a sheet whose only far cell is the last one of the grid', async () => {
    const file = workbook([{ name: 'Far', rows: row(1, inline('A1', 'near')) + row(1_048_576, inline('XFD1048576', 'far')) }]);
    const document = await read('far.xlsx', file);
    expect(document.pages[0].text).toBe('# Far\n\nnear');
    expect(document.warnings[0].code).toBe('CUT');
  });

  it('refuses a file with a document type declaration or a compression ratio of a thousand', async () => {
    const laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><worksheet/>';
    expect(outcome(await upload('laughs.xlsx', workbook([{ name: 'S', rows: laughs }])))).toBe('DOCUMENT_BROKEN');
    const zeros = { name: 'xl/zeros.xml', data: Buffer.alloc(60 * 1024 * 1024) };
    expect(outcome(await upload('bomb.xlsx', workbook([{ name: 'S', rows: '' }], {}, [zeros])))).toBe('DOCUMENT_TOO_COMPLEX');
  });

  it('survives XML that is nested without end', async () => {
    const deep = `<?xml version="1.0"?><worksheet>${'<x>'.repeat(500_000)}`;
    expect(outcome(await upload('deep.xlsx', workbook([{ name: 'S', rows: deep }])))).toBe('DOCUMENT_TOO_COMPLEX');
  });
});

describe('reading a presentation', () => {
  it('gives its slides with title, list, table and notes', async () => {
    const cell = (words: string) => `<a:tc><a:txBody><a:p><a:r><a:t>${words}</a:t></a:r></a:p></a:txBody></a:tc>`;
    const table = `<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr>${cell('Port')}${cell('Depth')}</a:tr><a:tr>${cell('Arden')}${cell('7.5 m')}</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;
    const file = presentation([
      { tree: shape('sldNum', ['1']) + shape('body', ['Dues rise', '\tin spring', 'Berths close']) + shape('title', ['Hafen für alle']) },
      { tree: shape('title', ['Depths']) + table, notes: 'Mention the dredger.' },
      { tree: shape(null, ['Not yet decided']), isHidden: true },
    ]);
    const document = await read('harbour.pptx', file);
    expect(document.pageKind).toBe('SLIDE');
    expect(document.pages).toEqual([
      { number: 1, label: 'Slide 1', text: '# Hafen für alle\n\n- Dues rise\n  - in spring\n- Berths close' },
      {
        number: 2,
        label: 'Slide 2',
        text: '# Depths\n\n| Port | Depth |\n| --- | --- |\n| Arden | 7.5 m |\n\n**Speaker notes**\n\nMention the dredger.',
      },
      { number: 3, label: 'Slide 3', text: '(This slide is hidden in the presentation.)\n\nNot yet decided' },
    ]);
  });
});

describe('reading an OpenDocument file', () => {
  it('gives headings, lists, tables and notes of a text', async () => {
    const styles = '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>';
    const body = `<text:h text:outline-level="2">Приливы</text:h><text:p>High<text:s text:c="2"/>water<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>At springs.</text:p></text:note-body></text:note> at noon.</text:p>
      <text:list text:style-name="L"><text:list-item><text:p>First</text:p><text:list><text:list-item><text:p>Inner</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>Second</text:p></text:list-item></text:list>
      <table:table><table:table-row><table:table-cell><text:p>Port</text:p></table:table-cell><table:table-cell><text:p>Depth</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>Arden</text:p></table:table-cell><table:table-cell><text:p>7.5</text:p></table:table-cell></table:table-row></table:table>
      <text:tracked-changes><text:p>deleted words</text:p></text:tracked-changes>`;
    expect(await text('tides.odt', openDocument('text', body, styles))).toBe(
      '## Приливы\n\nHigh  water at noon.\n\n1. First\n  - Inner\n2. Second\n\n| Port | Depth |\n| --- | --- |\n| Arden | 7.5 |\n\n- Note 1: At springs.',
    );
  });

  it('gives the displayed values of sheets, and nothing for a million repeated empty cells', async () => {
    const cell = (words: string, type = 'string') =>
      `<table:table-cell office:value-type="${type}"><text:p>${words}</text:p></table:table-cell>`;
    const body = `<table:table table:name="Preise"><table:table-row>${cell('Hafen')}${cell('Gebühr')}</table:table-row><table:table-row table:number-rows-repeated="2">${cell('Arden')}${cell('1.234,50 €', 'currency')}<table:table-cell table:number-columns-repeated="1000000"/></table:table-row><table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>`;
    expect((await read('preise.ods', openDocument('spreadsheet', body))).pages).toEqual([
      { number: 1, label: 'Sheet “Preise”', text: '# Preise\n\n- Hafen: Arden; Gebühr: 1.234,50 €\n- Hafen: Arden; Gebühr: 1.234,50 €' },
    ]);
  });

  it('gives title, text and notes of slides', async () => {
    const box = (words: string, kind = '') =>
      `<draw:frame${kind && ` presentation:class="${kind}"`}><draw:text-box><text:p>${words}</text:p></draw:text-box></draw:frame>`;
    const body = `<draw:page>${box('Body')}${box('Title', 'title')}<presentation:notes>${box('Say this.')}</presentation:notes></draw:page>`;
    expect((await read('deck.odp', openDocument('presentation', body))).pages).toEqual([
      { number: 1, label: 'Slide 1', text: '# Title\n\nBody\n\n**Speaker notes**\n\nSay this.' },
    ]);
  });
});

describe('reading an EPUB book', () => {
  const chapters = [
    { file: 'ein kapitel.xhtml', title: 'Ebbe', body: '<p>Das Wasser geht.</p>' },
    { file: 'two.xhtml', title: 'Flut', body: '<h2>Die Flut</h2><p>Das Wasser kommt.</p>' },
  ];
  it('gives its chapters in their order, under the titles of the table of contents', async () => {
    const document = await read('book.epub', book(chapters));
    expect(document.pageKind).toBe('CHAPTER');
    expect(document.pages).toEqual([
      { number: 1, label: 'Chapter “Ebbe”', text: '# Ebbe\n\nDas Wasser geht.' },
      { number: 2, label: 'Chapter “Flut”', text: '## Die Flut\n\nDas Wasser kommt.' },
    ]);
  });

  it('refuses a protected book and says so', async () => {
    const encryption = { name: 'META-INF/encryption.xml', data: '<encryption><CipherReference URI="OPS/text/two.xhtml"/></encryption>' };
    expect(outcome(await upload('drm.epub', book(chapters, [encryption])))).toBe('DOCUMENT_ENCRYPTED');
  });
});

describe('the type of a container file', () => {
  it('is detected from its content and not from its name', async () => {
    expect((await read('mystery', readFileSync('tests/documents/test.pptx'))).mediaType).toMatch(/presentationml/);
    expect(outcome(await upload('sheet.pptx', readFileSync('tests/documents/test.xlsx')))).toBe('DOCUMENT_TYPE_MISMATCH');
    expect(outcome(await upload('letter.odt', 'plain words'))).toBe('DOCUMENT_TYPE_MISMATCH');
  });

  it.each([
    ['letter.doc', 'WordDocument', /Word document from before 2007 .* saved as \.docx/],
    ['table.xls', 'Workbook', /Excel workbook from before 2007 .* saved as \.xlsx/],
    ['deck.ppt', 'PowerPoint Document', /PowerPoint presentation from before 2007 .* saved as \.pptx/],
  ])('%s is refused as an obsolete format, with advice what to do', async (name, stream, sentence) => {
    const bytes = Buffer.alloc(2048);
    Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(bytes);
    bytes.write(stream, 1024, 'utf16le');
    const added = await upload(name, bytes);
    expect(outcome(added)).toBe('DOCUMENT_TYPE_UNSUPPORTED');
    expect(added.failure).toMatch(sentence);
  });

  it('is refused where it is a plain archive, with the list of types that can be read', async () => {
    const added = await upload('things.zip', zip([{ name: 'a.txt', data: 'a' }]));
    expect(outcome(added)).toBe('DOCUMENT_TYPE_UNSUPPORTED');
    expect(added.failure).toMatch(/ZIP archive.*Excel, PowerPoint/);
  });
});
