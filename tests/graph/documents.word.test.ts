import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument, type AddedDocument } from '../support/documents.ts';
import { abstractList, inList, list, listLevel, paragraph, run, wordDocument, wordStyle } from '../support/files/word.ts';
import { Person } from '../support/person.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';

const CREATE = 'mutation { createKnowledgeBase(input: { name: "Word" }) { knowledgeBase { id } } }';
const READ = 'query ($id: ID!) { document(id: $id) { warnings { code message } pages { text } } }';
const SEARCH =
  'query ($query: String!) { searchKnowledge(input: { query: $query, mode: KEYWORD, first: 1 }) { passage { text document { name } } } }';

let product: SharedProduct;
let ada: Person;
let base: string;

const upload = (name: string, content: Uint8Array) => addDocument(ada, base, { name, mediaType: 'application/octet-stream', content });
const outcome = ({ status, failureCode }: AddedDocument) => failureCode ?? status;

async function read(name: string, content: Uint8Array) {
  const added = await upload(name, content);
  expect({ name, outcome: outcome(added), failure: added.failure }).toEqual({ name, outcome: 'READY', failure: null });
  const { pages, warnings } = (await ada.ask(READ, { id: added.id })).document as {
    pages: { text: string }[];
    warnings: { code: string; message: string }[];
  };
  return { text: pages.map((page) => page.text).join('\n\n'), warnings };
}

const text = async (name: string, content: Uint8Array) => (await read(name, content)).text;

beforeAll(async () => {
  product = await sharedProduct();
  ada = await Person.signUp(product);
  base = (await ada.ask(CREATE)).createKnowledgeBase.knowledgeBase.id;
});
afterAll(() => product?.leave());

describe('automatic numbering of a Word document', () => {
  it('writes the numbers of headings and clauses that come from styles, and makes them searchable', async () => {
    const numbering =
      abstractList(
        3,
        listLevel(0, 'decimal', 'Article %1.', '<w:start w:val="5"/><w:pStyle w:val="Heading1"/>'),
        listLevel(1, 'decimal', '%1.%2', '<w:pStyle w:val="Clause"/>'),
        listLevel(2, 'lowerLetter', '(%3)', '<w:pStyle w:val="Item"/>'),
      ) + list(7, 3);
    const numbered = '<w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr>';
    const styles =
      wordStyle('Heading1', 'heading 1', numbered) +
      wordStyle('Clause', 'Contract clause', numbered) +
      wordStyle('Item', 'Contract item', '<w:basedOn w:val="Clause"/>') +
      wordStyle('Indented', 'Indented item', '<w:basedOn w:val="Item"/>');
    const body = [
      paragraph('Term', { style: 'Heading1' }),
      paragraph('The term is two years.', { style: 'Clause' }),
      paragraph('It may be ended', { style: 'Clause' }),
      paragraph('by notice, or', { style: 'Item' }),
      paragraph('by agreement.', { style: 'Indented' }),
      paragraph('Not numbered.', { style: 'Item', properties: '<w:numPr><w:numId w:val="0"/></w:numPr>' }),
      paragraph('Deposit', { style: 'Heading1' }),
      paragraph('The deposit is one rent.', { style: 'Clause' }),
    ];
    expect(await text('lease.docx', wordDocument(body.join(''), { styles, numbering }))).toBe(
      [
        '# Article 5. Term',
        '5.1 The term is two years.\n5.2 It may be ended\n  (a) by notice, or\n  (b) by agreement.',
        'Not numbered.',
        '# Article 6. Deposit',
        '6.1 The deposit is one rent.',
      ].join('\n\n'),
    );
    const [hit] = (await ada.ask(SEARCH, { query: 'article 6' })).searchKnowledge;
    expect(hit.passage.text).toContain('Article 6. Deposit');
  });

  it('continues after other paragraphs, and restarts where a list says so', async () => {
    const numbering =
      abstractList(1, listLevel(0, 'decimal', '%1.'), listLevel(1, 'upperRoman', '%2)')) +
      list(1, 1) +
      list(2, 1, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="8"/></w:lvlOverride>') +
      list(3, 1, `<w:lvlOverride w:ilvl="0">${listLevel(0, 'decimalZero', 'No. %1')}</w:lvlOverride>`);
    const item = (words: string, id: number, level = 0) => paragraph(words, { properties: inList(id, level) });
    const body = [
      item('one', 1),
      item('inner', 1, 1),
      item('inner', 1, 1),
      'Between.',
      item('two', 1),
      item('inner again', 1, 1),
      'Anew.',
      item('eight', 2),
      item('nine', 2),
      'In another form.',
      item('ten', 3),
    ].map((one) => (one.startsWith('<') ? one : paragraph(one)));
    expect(await text('lists.docx', wordDocument(body.join(''), { numbering }))).toBe(
      [
        '1. one\n  I) inner\n  II) inner',
        'Between.',
        '2. two\n  I) inner again',
        'Anew.',
        '8. eight\n9. nine',
        'In another form.',
        'No. 10 ten',
      ].join('\n\n'),
    );
  });

  it('counts within a level that never restarts, in legal form, and in every alphabet', async () => {
    const numbering =
      abstractList(
        1,
        listLevel(0, 'upperRoman', 'Part %1'),
        listLevel(1, 'decimal', '%1.%2', '<w:isLgl/><w:lvlRestart w:val="0"/>'),
        listLevel(2, 'none', ''),
      ) +
      list(1, 1) +
      abstractList(
        2,
        '<w:lvl w:ilvl="0"><w:start w:val="12"/><mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt w:val="custom" w:format="001, 002, 003, ..."/></mc:Choice><mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback></mc:AlternateContent><w:lvlText w:val="A-%1"/></w:lvl>',
      ) +
      list(2, 2) +
      abstractList(3, listLevel(0, 'chineseCounting', '第%1条', '<w:start w:val="20"/>')) +
      list(3, 3) +
      abstractList(4, listLevel(0, 'lowerLetter', '%1)', '<w:start w:val="28"/>'), listLevel(1, 'bullet', '\uf0b7')) +
      list(4, 4);
    const item = (words: string, id: number, level = 0) => paragraph(words, { properties: inList(id, level) });
    const body = [
      item('sea', 1),
      item('tides', 1, 1),
      item('silent', 1, 2),
      item('land', 1),
      item('roads', 1, 1),
      paragraph('-'),
      item('row', 2),
      paragraph('-'),
      item('本合同', 3),
      item('乙方', 3),
      paragraph('-'),
      item('late', 4),
      item('bullet', 4, 1),
    ];
    expect(await text('forms.docx', wordDocument(body.join(''), { numbering }))).toBe(
      [
        'Part I sea\n  1.1 tides\n    silent\nPart II land\n  2.2 roads',
        '-',
        'A-012 row',
        '-',
        '第二十条 本合同\n第二十一条 乙方',
        '-',
        'bb) late\n  - bullet',
      ].join('\n\n'),
    );
  });

  it('writes numbers in cells that hold nothing else', async () => {
    const numbering = abstractList(1, listLevel(0, 'decimal', '%1.')) + list(1, 1);
    const number = `<w:p><w:pPr>${inList(1)}</w:pPr></w:p>`;
    const row = (first: string, second: string) => `<w:tr><w:tc>${first}</w:tc><w:tc>${paragraph(second)}</w:tc></w:tr>`;
    const body = `<w:tbl>${row(paragraph('No.'), 'Berth')}${row(number, 'North')}${row(number, 'South')}</w:tbl>`;
    expect(await text('table.docx', wordDocument(body, { numbering }))).toBe(
      '| No. | Berth |\n| --- | --- |\n| 1. | North |\n| 2. | South |',
    );
  });

  it('skips deleted paragraphs', async () => {
    const numbering = abstractList(1, listLevel(0, 'decimal', '%1.')) + list(1, 1);
    const deleted = `<w:p><w:pPr>${inList(1)}<w:rPr><w:del w:id="1" w:author="a"/></w:rPr></w:pPr><w:del w:id="2" w:author="a"><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>`;
    const body = paragraph('first', { properties: inList(1) }) + deleted + paragraph('second', { properties: inList(1) });
    expect(await text('deleted.docx', wordDocument(body, { numbering }))).toBe('1. first\n2. second');
  });

  it('ends where levels refer to each other in a circle or exceed all bounds', async () => {
    const styles =
      wordStyle('A', 'a', '<w:basedOn w:val="B"/>') +
      wordStyle('B', 'b', '<w:basedOn w:val="A"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>');
    const numbering =
      abstractList(1, listLevel(0, 'lowerLetter', '%1', '<w:start w:val="999999"/>'), listLevel(1, 'upperRoman', '%9')) + list(1, 1);
    const body = paragraph('far', { style: 'A' }) + paragraph('inner', { style: 'A', properties: inList(1, 1) });
    expect(await text('circle.docx', wordDocument(body, { styles, numbering }))).toBe('999999 far\n  1 inner');
  });
});

describe('reading a Word document', () => {
  const box = (words: string) => `<w:txbxContent>${paragraph(words)}</w:txbxContent>`;

  it('gives the text of a text box once, though the file holds it for new and for old programs', async () => {
    const drawing = `<w:drawing><wp:anchor><a:graphic><a:graphicData><wps:wsp><wps:txbx>${box('Boxed.')}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>`;
    const both = `<mc:AlternateContent><mc:Choice Requires="wps">${drawing}</mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>${box('Boxed.')}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent>`;
    const alone = drawing.replace('Boxed.', 'Alone.');
    const body = paragraph(`<w:r>${both}</w:r>${run('Around.')}`) + paragraph(`${run('Beside.')}<w:r>${alone}</w:r>`);
    expect(await text('boxes.docx', wordDocument(body))).toBe('Around.\n\nBoxed.\n\nBeside.\n\nAlone.');
  });

  it('leaves out text that a style hides, also by inheritance, and keeps text that overrides such a style', async () => {
    const vanish = '<w:rPr><w:vanish/></w:rPr>';
    const styles =
      wordStyle('Secret', 'Secret', vanish) +
      wordStyle('Deeper', 'Deeper', '<w:basedOn w:val="Secret"/>') +
      wordStyle('Whisper', 'Whisper', vanish, 'character') +
      wordStyle('Softer', 'Softer', '<w:basedOn w:val="Whisper"/>', 'character');
    const body = [
      paragraph('hidden paragraph', { style: 'Deeper' }),
      paragraph(run('Seen') + run(' hidden run', '<w:rStyle w:val="Softer"/>') + run(' hidden itself', '<w:vanish/>') + run(' words.')),
      paragraph(run('Shown all the same.', '<w:vanish w:val="0"/>'), { style: 'Secret' }),
      `<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc>${paragraph('hidden row')}</w:tc></w:tr><w:tr><w:tc>${paragraph('Row.')}</w:tc></w:tr></w:tbl>`,
    ];
    expect(await text('hidden.docx', wordDocument(body.join(''), { styles }))).toBe('Seen words.\n\nShown all the same.\n\nRow.');
  });

  it('gives symbol fonts as Unicode characters, and text that runs against the direction of its line', async () => {
    const symbol = (font: string, char: string) => `<w:r><w:sym w:font="${font}" w:char="${char}"/></w:r>`;
    const fonts = '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>';
    const body = [
      paragraph(`${symbol('Symbol', 'F061')}${symbol('Wingdings', 'F0FC')}${symbol('Unknown Font', 'F0FC')}${symbol('Arial', '2713')}`),
      paragraph(run('\uf062\uf0a3 7', fonts)),
      paragraph(`<w:bdo w:val="ltr">${run('kept')}</w:bdo><w:dir w:val="rtl">${run(' too')}</w:dir>`),
    ];
    expect(await text('symbols.docx', wordDocument(body.join('')))).toBe('α✓✓\n\nβ≤ 7\n\nkept too');
  });

  it('gives notes and comments at the end, with the marks that the text has', async () => {
    const note = (kind: string, id: number, words: string) => `<w:${kind} w:id="${id}">${paragraph(words)}</w:${kind}>`;
    const body =
      paragraph(`${run('Dues rise')}<w:r><w:footnoteReference w:id="2"/></w:r>${run(' soon')}<w:r><w:endnoteReference w:id="3"/></w:r>`) +
      paragraph(`${run('Ask the harbour.')}<w:r><w:commentReference w:id="0"/></w:r>`);
    const file = wordDocument(body, {
      footnotes: note('footnote', 2, 'By four per cent.'),
      endnotes: note('endnote', 3, 'In spring.'),
      comments: `<w:comment w:id="0" w:author="Ada" w:initials="A">${paragraph('Who asks?')}</w:comment>`,
    });
    expect(await text('notes.docx', file)).toBe(
      'Dues rise[1] soon[2]\n\nAsk the harbour.[A1]\n\n1. By four per cent.\n2. In spring.\n\n**Comment [A1]**\n\nWho asks?',
    );
  });

  it('accepts another XML prefix for its elements', async () => {
    const body = paragraph('Written by a script.', { properties: inList(1) });
    const numbering = abstractList(1, listLevel(0, 'decimal', '§ %1')) + list(1, 1);
    const renamed = wordDocument(body, { numbering }, (content) =>
      content.replace(/(<\/?|\s|xmlns:)w:/g, '$1ns0:').replaceAll('xmlns:w=', 'xmlns:ns0='),
    );
    expect(await text('prefix.docx', renamed)).toBe('§ 1 Written by a script.');
  });
});

describe('embedded files of a Word document', () => {
  const place = (id: string) => `<w:altChunk r:id="${id}"/>`;

  it('are read at their place: a page, plain text, another document', async () => {
    const inner = wordDocument(paragraph('Within.') + place('x'), {
      chunks: [{ id: 'x', name: 'deep.txt', mediaType: 'text/plain', data: 'Deepest.' }],
    });
    const body = `${paragraph('Before.')}${place('h')}${paragraph('Between.')}${place('d')}<w:tbl><w:tr><w:tc>${paragraph('Cell')}</w:tc><w:tc>${place('t')}</w:tc></w:tr></w:tbl>${paragraph('After.')}`;
    const chunks = [
      {
        id: 'h',
        name: 'part.dat',
        mediaType: 'text/html',
        data: '<html><body><h2>Page</h2><ul><li>one</li><li>two</li></ul></body></html>',
      },
      { id: 't', name: 'part.txt', mediaType: 'text/plain', data: 'plain\n\nwords' },
      { id: 'd', name: 'part.docx', mediaType: 'application/octet-stream', data: inner },
    ];
    expect(await read('chunks.docx', wordDocument(body, { chunks }))).toEqual({
      text: 'Before.\n\n## Page\n\n- one\n- two\n\nBetween.\n\nWithin.\n\nDeepest.\n\n| Cell | plain words |\n\nAfter.',
      warnings: [],
    });
  });

  it('are named where they are missing, damaged, of an unknown kind or too deep, and the rest is read', async () => {
    let nested = wordDocument(paragraph('The innermost.'));
    for (let depth = 0; depth < 6; depth += 1)
      nested = wordDocument(paragraph(`Level ${depth}.`) + place('n'), {
        chunks: [{ id: 'n', name: 'nested.docx', mediaType: 'application/octet-stream', data: nested }],
      });
    const chunks = [
      { id: 'bad', name: 'bad.docx', mediaType: 'application/octet-stream', data: 'PK\x03\x04 nothing' },
      { id: 'nested', name: 'nested.docx', mediaType: 'application/octet-stream', data: nested },
    ];
    const body = paragraph('Kept.') + place('missing') + place('bad') + place('nested');
    const document = await read('broken-chunks.docx', wordDocument(body, { chunks }));
    expect(document.text).toMatch(/^Kept\.\n\nLevel 5\./);
    expect(document.text).not.toContain('innermost');
    expect(document.warnings.map(({ code }) => code)).toEqual(['UNREADABLE']);
    expect(document.warnings[0]!.message).toContain('embedded file “bad.docx”');
  });
});
