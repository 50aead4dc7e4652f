import { describe, expect, it } from '@jest/globals';
import { plainText } from './plain-text.ts';

describe('plainText', () => {
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
    ['so $x^2$ and $$y_1 + y_2$$ grow', 'so x^2 and y_1 + y_2 grow'],
    ['so \\(x^2\\) and \\[y_1\\] grow', 'so x^2 and y_1 grow'],
    ['$$\nx^2\n$$', 'x^2'],
    ['it costs $5 or $6', 'it costs $5 or $6'],
    ['US$5/US$6 or \\$1\\$', 'US$5/US$6 or \\$1\\$'],
  ])('converts %j to text without markup', (markdown, text) => expect(plainText(markdown)).toBe(text));

  it('takes less than 500 ms for hostile text', () => {
    for (const piece of ['**', '[', '`', '<a ', '| ', '> ', '_a', '*a ', '- ', '![](', '$', '$$a', '$a ', '\\(', '\\[a']) {
      const began = performance.now();
      plainText(piece.repeat(4_000 / piece.length));
      expect([piece, performance.now() - began < 500]).toEqual([piece, true]);
    }
  });
});
