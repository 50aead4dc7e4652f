import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument, type AddedDocument } from '../support/documents.ts';
import { inline, number, row, workbook } from '../support/files/office.ts';
import { innerMessage, outlookMessage } from '../support/files/outlook.ts';
import { Person } from '../support/person.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';

const CREATE = 'mutation { createKnowledgeBase(input: { name: "Mail" }) { knowledgeBase { id } } }';
const READ = 'query ($id: ID!) { document(id: $id) { mediaType pageKind warnings { code message } pages { number label text } } }';
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

describe('reading an RTF file', () => {
  it('gives paragraphs, headings, lists and tables in any code page', async () => {
    const rtf = String.raw`{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 Gothic;}}{\stylesheet{\s1\outlinelevel0 heading 1;}}{\*\generator Writer;}{\info{\title hidden title}}
\pard\s1 Tide \'e9t\'e9\par\pard\plain\f1 \'cf\'f0\'e8\'eb\'e8\'e2\f2  \'8d\'60 \f0\u8364?5 \u-10179?\u-8704?\par
{\v secret}{\pict\bin3 }}}}Open{\b  bold}.\par\pard\trowd\intbl Port\cell Depth\cell\row\trowd\intbl Arden\cell 7.5\cell\row\pard After\par}`;
    expect(await text('tide.doc', Buffer.from(rtf, 'latin1'))).toBe(
      '# Tide été\n\nПрилив 港 €5 😀\n\nOpen bold.\n\n| Port | Depth |\n| --- | --- |\n| Arden | 7.5 |\n\nAfter',
    );
  });

  it('gives the text before the fault where groups do not end or the file is cut off', async () => {
    expect(outcome(await upload('deep.rtf', `{\\rtf1 ${'{'.repeat(300_000)}deep`))).toBe('READY');
  });
});

describe('reading an e-mail message', () => {
  const CRLF = '\r\n';
  const mail = (attachment: string, type: string, name: string) =>
    [
      'From: =?utf-8?B?w4lsaXNl?= <elise@example.org>',
      'To: Harbour <harbour@example.org>',
      'Subject: =?iso-8859-1?Q?Geb=FChren?=',
      'Date: Thu, 14 Mar 2024 09:30:00 +0100',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=B',
      '',
      '--B',
      'Content-Type: multipart/alternative; boundary=C',
      '',
      '--C',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Die Geb=FChren steigen.',
      '--C',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>Die Gebühren steigen.</p>',
      '--C--',
      '--B',
      `Content-Type: ${type}; name="${name}"`,
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment; filename="${name}"`,
      '',
      attachment.replace(/.{76}/g, `$&${CRLF}`),
      '--B--',
      '',
    ].join(CRLF);

  it('gives its header, text and attachments', async () => {
    const sheet = workbook([
      { name: 'Fees', rows: row(1, inline('A1', 'Port'), inline('B1', 'Fee')) + row(2, inline('A2', 'Arden'), number('B2', 5)) },
    ]);
    const document = await read('mail.eml', mail(sheet.toString('base64'), 'application/octet-stream', 'fees.xlsx'));
    expect(document.pages).toEqual([
      {
        number: 1,
        label: 'Message',
        text: '# Gebühren\n\n- From: Élise <elise@example.org>\n- To: Harbour <harbour@example.org>\n- Date: 2024-03-14 09:30 +01:00\n- Attachments: fees.xlsx\n\nDie Gebühren steigen.',
      },
      {
        number: 2,
        label: 'Attachment “fees.xlsx”, sheet “Fees”',
        text: '## Attachment fees.xlsx\n\n### Fees\n\n- Port: Arden; Fee: 5',
      },
    ]);
  });

  it('names an attachment that cannot be read, and keeps the others', async () => {
    const picture = await read(
      'picture.eml',
      mail(Buffer.from('89504e470d0a1a0a0000', 'hex').toString('base64'), 'image/png', 'photo.png'),
    );
    expect(picture.warnings).toEqual([{ code: 'LEFT_OUT', message: 'Attachment “photo.png” was left out.' }]);
    expect(picture.pages[0].text).toContain('Die Gebühren steigen.');
  });

  it('stops at a bounded depth of messages inside messages', async () => {
    let inner = mail('', 'text/plain', 'empty.txt');
    for (let depth = 0; depth < 12; depth += 1) inner = mail(Buffer.from(inner).toString('base64'), 'message/rfc822', `level${depth}.eml`);
    const document = await read('russian-doll.eml', inner);
    expect(document.pages.length).toBeGreaterThan(2);
    expect(document.warnings.length).toBeGreaterThan(0);
  });
});

describe('reading an Outlook message (.msg)', () => {
  const html = '<h1>Fees</h1><table><tr><th>Port</th><th>Fee</th></tr><tr><td>Ardén</td><td>5 €</td></tr></table><img src="cid:logo1">';
  const picture = Buffer.from('89504e470d0a1a0a0000', 'hex');
  const file = outlookMessage(html, [
    { name: 'notes.csv', data: Buffer.from(`Port,Fee\nBexley,7${'\n'.repeat(6000)}`) },
    { name: 'logo.png', data: picture, contentId: 'logo1' },
    { name: 'photo.png', data: picture },
    { name: 'Earlier letter', data: innerMessage('Earlier letter', 'The quay is closed on Monday.') },
  ]);

  it('gives its header, text, attachments and the message inside it', async () => {
    const document = await read('fees.msg', file);
    expect(document.pages.map(({ label, text }: { label: string; text: string }) => [label, text])).toEqual([
      [
        'Message',
        '# Gebühren 港\n\n- From: Élise <elise@example.org>\n- To: Harbour <harbour@example.org>\n- Date: 2024-03-14 08:30 UTC\n- Attachments: notes.csv, photo.png, Earlier letter\n\n# Fees\n\n| Port | Fee |\n| --- | --- |\n| Ardén | 5 € |',
      ],
      ['Attachment “notes.csv”', '## Attachment notes.csv\n\n- Port: Bexley; Fee: 7'],
      ['Attachment “Earlier letter.msg”', '## Attachment Earlier letter.msg\n\n### Earlier letter\n\nThe quay is closed on Monday.'],
    ]);
    expect(document.warnings).toEqual([{ code: 'LEFT_OUT', message: 'Attachment “photo.png” was left out.' }]);
  });

  it('refuses a file that is cut off or has a damaged directory', async () => {
    expect(outcome(await upload('cut.msg', file.subarray(0, file.length / 2)))).toBe('DOCUMENT_BROKEN');
    const astray = Buffer.from(file);
    // These two bytes of each directory entry hold the length of its name.
    const entry = astray.indexOf(Buffer.from('__substg1.0_0037001F', 'utf16le'));
    for (let at = entry + 64; at < astray.length; at += 128) astray.writeUInt16LE(0xffff, at);
    expect(outcome(await upload('astray.msg', astray))).toBe('DOCUMENT_BROKEN');
  });
});

describe('reading data and code', () => {
  it('gives text, code in its language and bounded output of a notebook', async () => {
    const notebook = {
      nbformat: 4,
      metadata: { kernelspec: { language: 'julia' } },
      cells: [
        { cell_type: 'markdown', source: '# Flut\nÜber alles.' },
        { cell_type: 'code', source: ['println(1)'], outputs: [{ output_type: 'stream', text: 'x'.repeat(9_000) }] },
      ],
    };
    const document = await read('note.ipynb', JSON.stringify(notebook));
    expect(document.pages[0].text.slice(0, 60)).toBe('# Flut\nÜber alles.\n\n```julia\nprintln(1)\n```\n\nOutput:\n\n```\nxx');
    expect(document.warnings[0]).toEqual({ code: 'CUT', message: 'Output of cell 2 is too long; only the beginning was read.' });
  });

  it('gives parts of JSON under the path that leads to them', async () => {
    const ports = Array.from({ length: 60 }, (_, index) => ({ port: `Port ${index}`, note: 'a berth for ships of the coast' }));
    const found = await text('ports.json', JSON.stringify({ harbour: { ports }, été: true }));
    expect(found).toContain('## harbour.ports[0 to ');
    expect(found).toContain('{"port":"Port 59","note":"a berth for ships of the coast"}');
    expect(await text('escaped.json', '{"name": "\\u00e9t\\u00e9"}')).toContain('été');
    expect(outcome(await upload('deep.json', `${'['.repeat(2_000)}1${']'.repeat(2_000)}`))).toMatch(/READY|DOCUMENT_TOO_COMPLEX/);
  });

  it('gives records of XML without tags', async () => {
    const xml =
      '<?xml version="1.0" encoding="ISO-8859-1"?><ports><port id="1"><name>Ard\u00e9n</name><depth unit="m">7.5</depth></port><port id="2"><name>Bexley</name></port></ports>';
    expect(await text('ports.xml', Buffer.from(xml, 'latin1'))).toBe(
      '- port: id: 1; name: Ardén; depth: unit: m, 7.5; port: id: 2; name: Bexley',
    );
  });

  it('gives source code unchanged, with its language', async () => {
    const code = 'def tide():\n    """\n    ```\n    """\n    # not a heading\n    return 1';
    expect(await text('tide.py', code, 'text/x-python')).toBe(`\`\`\`\`python\n${code}\n\`\`\`\``);
    expect(await text('Makefile', 'all:\n\tcc tide.c')).toBe('```makefile\nall:\n\tcc tide.c\n```');
    expect(await text('.env.local', 'PORT=1')).toBe('```ini\nPORT=1\n```');
  });
});
