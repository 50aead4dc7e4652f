import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Token } from 'marked';
import { BlockReader } from './blocks.ts';
import { lex } from './lexer.ts';

type Tree = Token & { tokens?: Token[]; tex?: string };
const shown = (tokens: Token[]): string =>
  tokens
    .map((token) => {
      const { type, tokens: inner, tex, raw } = token as Tree;
      if (inner && type !== 'text') return `${type}(${shown(inner)})`;
      return type === 'text' || type === 'escape' ? raw : `<${type} ${tex ?? raw}>`;
    })
    .join('');

const READ: [string, string][] = [
  ['5~10 days or 20~30 days', 'paragraph(5~10 days or 20~30 days)'],
  ['~~gone~~', 'paragraph(del(gone))'],
  ['これは**「重要」**です', 'paragraph(これはstrong(「重要」)です)'],
  ['**한국어(test)**는 중요', 'paragraph(strong(한국어(test))는 중요)'],
  ['请看**“引号”**。然后**粗体**字', 'paragraph(请看strong(“引号”)。然后strong(粗体)字)'],
  ['**bold**, *it*, snake_case_word, 2 * 3', 'paragraph(strong(bold), em(it), snake_case_word, 2 * 3)'],
  ['let $\\lambda_1$ and $y^*$ *be*', 'paragraph(let <math \\lambda_1> and <math y^*> em(be))'],
  ['the $n$th of \\(m\\)', 'paragraph(the <math n>th of <math m>)'],
  ['costs $5 and $10, US$20 to $30', 'paragraph(costs $5 and $10, US$20 to $30)'],
  ['in $PATH:$HOME and $HOME/$USER', 'paragraph(in $PATH:$HOME and $HOME/$USER)'],
  ['so 【1】, ［1,2］ and 【3†source】', 'paragraph(so <citation 【1】>, <citation ［1,2］> and <citation 【3†source】>)'],
  ['a[1] and all_rows[2] and m[1][2]', 'paragraph(a[1] and all_rows[2] and m[1][2])'],
  ['It is so[1][2]. です[3]', 'paragraph(It is so<citation [1]><citation [2]>. です<citation [3]>)'],
];

describe('lex', () => {
  for (const [given, expected] of READ) it(`reads ${given}`, () => assert.equal(shown(lex(given)), expected));
});

const LONG = 100_000;
const repeated = (text: string) => text.repeat(LONG / text.length);
const HOSTILE: Record<string, string> = {
  'quotes in quotes': '> '.repeat(2500),
  'lists in lists': '- '.repeat(3000),
  'a list of 300 levels': Array.from({ length: 300 }, (_, level) => `${'  '.repeat(level)}- x`).join('\n'),
  'marks in marks': '*a **b '.repeat(3000) + 'c** d* '.repeat(3000),
  'columns without end': `${'|a'.repeat(20_000)}\n${'|-'.repeat(20_000)}\n${'|1'.repeat(20_000)}`,
  'a row for each letter': `${'|a'.repeat(90)}|\n${'|-'.repeat(90)}|\n${'|\n'.repeat(20_000)}`,
  ...Object.fromEntries(
    [
      '*a_',
      '*a **b ',
      '~~a ',
      '_a',
      '***a ** b * ',
      '[',
      '[a](',
      '![[',
      '<a ',
      '<!-- ',
      '<!--\n',
      '<![CDATA[\n\n',
      '[a]: b "\n',
      '`a ``b ',
      '$a ',
      '$$ ',
    ]
      .concat([
        '\\( ',
        '$$\n\nx ',
        'a\n-\n',
        '> a\nb\n',
        '* a\n  * b\n    * c\n',
        '&amp;',
        'a@b ',
        'http://',
        '\\',
        ' ',
        '> - a\n',
        '<div>\n',
        'Z\u0337\u0322',
        '👩‍👩‍👧 ',
      ])
      .map((text) => [`${JSON.stringify(text)} over and over`, repeated(text)]),
  ),
};

describe('lex of hostile text', () => {
  it('takes time linear in the length', () => {
    const prose = repeated('Some words with **bold** and `code` and [1] and more.\n\n');
    lex(prose);
    const cost = (text: string) => {
      const begun = performance.now();
      lex(text);
      return performance.now() - begun;
    };
    // Twice the length of something quadratic takes four times as long; a machine that is busy takes any time.
    const slow = Object.entries(HOSTILE).filter(
      ([, text]) => cost(text) > 1500 && cost(text) > 3.2 * cost(text.slice(0, text.length / 2)) + 500,
    );
    assert.deepEqual(
      slow.map(([name]) => name),
      [],
    );
  });

  for (const [name, text] of Object.entries(HOSTILE)) {
    it(`keeps every letter: ${name}`, () =>
      assert.equal(
        lex(text)
          .map(({ raw }) => raw)
          .join('') === text,
        true,
      ));
  }

  it('limits the depth of tokens to what the renderer supports', () => {
    const depthOf = (token: unknown): number =>
      token !== null && typeof token === 'object'
        ? 1 +
          Math.max(
            0,
            ...Object.entries(token).flatMap(([key, value]) =>
              ['tokens', 'items'].includes(key) ? (value as unknown[]).map(depthOf) : [],
            ),
          )
        : 0;
    for (const text of Object.values(HOSTILE)) assert.ok(Math.max(...lex(text).slice(0, 50).map(depthOf)) < 120);
  });
});

describe('BlockReader with one long block', () => {
  const rows = Array.from({ length: 3000 }, (_, at) => `| ${at} | value |`).join('\n');
  const BLOCKS: Record<string, string> = {
    table: `| a | b |\n|---|---|\n${rows}`,
    list: Array.from({ length: 5000 }, (_, at) => `- item ${at}`).join('\n'),
    code: `\`\`\`ts\n${'const a = 1;\n'.repeat(10_000)}`,
    paragraph: 'word '.repeat(12_000),
  };
  for (const [kind, text] of Object.entries(BLOCKS)) {
    it(`keeps a ${kind} and parses only its end for each piece`, () => {
      const reader = new BlockReader();
      let blocks = reader.read(text.slice(0, 1000), false);
      for (let length = 1000; length < text.length; length += 400) blocks = reader.read(text.slice(0, length), false);
      assert.deepEqual([...new Set(blocks.map(({ token }) => token.type))], [kind]);
      assert.equal(new Set(blocks.map(({ key }) => key)).size, blocks.length);
      const begun = performance.now();
      for (let at = 0; at < 20; at++) reader.read(`${text} ${'x'.repeat(at)}`, false);
      assert.ok((performance.now() - begun) / 20 < 60);
    });
  }
});
