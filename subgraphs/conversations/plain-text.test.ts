import { describe, expect, it } from '@jest/globals';
import { plainText } from './plain-text.ts';

describe('plain text', () => {
  it.each([
    ['## 1. What changes', '1. What changes'],
    ['| Area | Before |\n| :--- | ---: |\n| Disk | 4 GB |', 'Area · Before Disk · 4 GB'],
    ['- [x] done\n- [ ] **open**', 'done open'],
    ['> quoted *words*, `code` and ~~gone~~', 'quoted words, code and gone'],
    ['see [the rules](https://example.org/a_b "Rules") and ![a chart](c.png)', 'see the rules and a chart'],
    ['```ts\nconst a = 1;\n```', 'const a = 1;'],
    ['***', ''],
    ['snake_case_name and 2 * 3 * 4 stay', 'snake_case_name and 2 * 3 * 4 stay'],
    ['a &lt; b <br> next <b>bold</b>', 'a &lt; b next bold'],
    ['1 \\* 2', '1 * 2'],
    ['__init__ is bold', 'init is bold'],
  ])('of %j has no marks', (markdown, text) => expect(plainText(markdown)).toBe(text));

  it('is made quickly of hostile text', () => {
    for (const piece of ['**', '[', '`', '<a ', '| ', '> ', '_a', '*a ', '- ', '![](']) {
      const began = performance.now();
      plainText(piece.repeat(4_000 / piece.length));
      expect([piece, performance.now() - began < 500]).toEqual([piece, true]);
    }
  });
});
