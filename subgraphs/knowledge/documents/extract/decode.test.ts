import { describe, expect, it } from '@jest/globals';
import { decodeText } from './decode.ts';
import { readCsv } from './csv.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');

describe('decodeText', () => {
  it.each([
    ['UTF-8', Buffer.from('Größe 東京 👋'), 'Größe 東京 👋'],
    ['UTF-8 with a mark', Buffer.from('\ufeffGröße'), 'Größe'],
    ['UTF-16 with a mark', Buffer.from('\ufeffGröße', 'utf16le'), 'Größe'],
    ['UTF-16 without a mark', Buffer.from('A plain text without a mark', 'utf16le'), 'A plain text without a mark'],
    ['Shift-JIS', hex('96bc914f2c944e97ee2c8f5a8f8a0d0a8db293a191be98592c33302c938c8b9e'), '名前,年齢,住所\r\n佐藤太郎,30,東京'],
    ['EUC-JP', hex('c6fccbdcb8eca4cea5c6a5ada5b9a5c8a4c7a4b9a1a3'), '日本語のテキストです。'],
    ['EUC-KR', hex('c7d1b1db20b9aebcadc0d4b4cfb4d9'), '한글 문서입니다'],
    ['GB18030', hex('d5e2cac7d2bbb8f6d6d0cec4cec4b5b5'), '这是一个中文文档'],
    ['Big5', hex('b36f ac4f a440 add3 a4a4 a4e5 a4e5 a5f3'), '這是一個中文文件'],
    ['Windows-1252', Buffer.from('Größe: 5 €'.replace('€', '\x80'), 'latin1'), 'Größe: 5 €'],
    ['Windows-1251', hex('cff0e8e2e5f220ece8f0'), 'Привет мир'],
  ])('decodes %s', (_, bytes, text) => {
    expect(decodeText(bytes)).toBe(text);
  });

  it('decodes a large text whose sample ends within a character', () => {
    expect(decodeText(Buffer.from(`a${'é'.repeat(200_000)}`))).toHaveLength(200_001);
  });

  it('prefers the declared encoding unless the bytes contradict it', () => {
    expect(decodeText(hex('cff0e8e2e5f2'), 'koi8-r')).not.toBe('Привет');
    expect(decodeText(Buffer.from('Größe'), 'windows-1252')).toBe('Größe');
    expect(decodeText(Buffer.from('Größe', 'latin1'), 'no-such-encoding')).toBe('Größe');
  });

  it.each([
    [
      'one broken byte',
      Buffer.concat([Buffer.from('Größe und Maß '), Buffer.from([0xff]), Buffer.from(' der Flußmündung')]),
      'Größe und Maß � der Flußmündung',
    ],
    ['pasted Windows-1252', Buffer.concat([Buffer.from('Größe in K'), Buffer.from([0xf6]), Buffer.from('ln')]), 'Größe in Köln'],
    ['a cut end', Buffer.from('Tide été été').subarray(0, -1), 'Tide été ét�'],
  ])('decodes UTF-8 with %s', (_, bytes, text) => {
    expect(decodeText(bytes)).toBe(text);
  });

  it.each([
    ['KOI8-R', hex('f4c1c2ccc9c3c120d0d2c9ccc9d7cfd7'), 'Таблица приливов'],
    ['IBM866', hex('92a0a1aba8e6a020afe0a8aba8a2aea2'), 'Таблица приливов'],
    ['Windows-1250', hex('546162756c6b612070f8edc16976f920612070f8edbe6c6976f920'), null],
    ['UTF-32', hex('540000006900000064000000650000002000000074000000e9000000'), 'Tide té'],
  ])('detects %s by its letters', (_, bytes, text) => {
    if (text) expect(decodeText(bytes)).toBe(text);
    else expect(decodeText(bytes)).toContain('ř');
  });

  it('returns null for binary data', () => {
    expect(decodeText(Buffer.from(Array.from({ length: 1024 }, (_, index) => (index * 7919) % 256)))).toBeNull();
  });
});

describe('readCsv', () => {
  const read = async (text: string) => (await readCsv(Buffer.from(text), () => undefined))[0]!.text;

  it('names the column before each value of a row', async () => {
    expect(await read('name,age\nAda,36\n"Lovelace, A.",\n')).toBe('- name: Ada; age: 36\n- name: Lovelace, A.');
  });

  it('detects the delimiter, and rows without a header', async () => {
    expect(await read('name;price\nbolt;1,50\n')).toBe('- name: bolt; price: 1,50');
    expect(await read('1\t2\n3\t4\n')).toBe('- 1; 2\n- 3; 4');
  });

  it('reads an unclosed quotation mark as a character', async () => {
    expect(await read('a,b\n"never closed,2\n')).toBe('- a: "never closed; b: 2');
  });

  it.each([
    ['years as names', 'Port,2019,2020\nArden,120,95\n', '- Port: Arden; 2019: 120; 2020: 95'],
    ['an empty column name', ',Depth\nArden,7.5\n', '- Arden; Depth: 7.5'],
    ['a line that names the delimiter', 'sep=;\nPort;Depth\nArden;7,5\n', '- Port: Arden; Depth: 7,5'],
    ['a title above', 'Report,,\n,,\nPort,Depth,Berths\nArden,7.5,12\n', 'Report\n\n- Port: Arden; Depth: 7.5; Berths: 12'],
  ])('detects the header: %s', async (_, table, text) => {
    expect(await read(table)).toBe(text);
  });
});
