import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { numbersIn } from '#lib/markdown/citation.ts';
import { countSources } from './count-sources.ts';

const count = (text: string, numbers?: number[]) =>
  Object.fromEntries(
    countSources(
      numbersIn(text).join(' '),
      numbers?.map((number) => ({ number })),
    ),
  );

describe('countSources', () => {
  it('numbers sources in the order of their citation', () => {
    assert.deepEqual(count('So [3]. Then [1, 7], again [3] and 【2】.', [1, 2, 3, 7]), { 3: 1, 1: 2, 7: 3, 2: 4 });
  });

  it('ignores numbers that are not sources', () => assert.deepEqual(count('See [9] and [4].', [4]), { 4: 1 }));

  it('ignores code, indices and links', () =>
    assert.deepEqual(count('`[5]` and a[6] and [8](x)\n```\n[7]\n```\n[2]', [2, 5, 6, 7, 8]), { 2: 1, 5: 2, 6: 3, 7: 4, 8: 5 }));

  it('counts every cited number while the answer is running', () => assert.deepEqual(count('So [9], [4]'), { 9: 1, 4: 2 }));

  it('returns nothing for a text without citations', () => assert.deepEqual(count('', []), {}));
});
