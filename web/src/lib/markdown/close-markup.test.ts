import assert from 'node:assert/strict';
import { it } from 'node:test';
import { closeMarkup } from './close-markup.ts';

const CASES: [string, string, string][] = [
  ['closes bold', 'so **very imp', 'so **very imp**'],
  ['removes an opening mark without a word after it', 'so **', 'so'],
  ['keeps bold that is closed', 'so **it** is', 'so **it** is'],
  ['closes emphasis beside bold', '**a** and *b', '**a** and *b*'],
  ['keeps a star that is a bullet', '* one\n* two', '* one\n* two'],
  ['closes a code span, and no mark inside it', 'run `npm **', 'run `npm **`'],
  ['shows the text of half a link', 'see [the manual](https://exa', 'see the manual'],
  ['hides half a citation', 'It is so [1', 'It is so '],
  ['hides half of two citations', 'It is so [1, ', 'It is so '],
  ['keeps a multiplication sign', '2 * 3 = 6', '2 * 3 = 6'],
  ['makes a table of its header', '| Area | Bef', '| Area | Bef |\n| - | - |'],
  ['makes a table of its header and half a delimiter row', '| Area | Before |\n|:--', '| Area | Before |\n| - | - |'],
  ['keeps names with underscores', 'use my_var_name', 'use my_var_name'],
];

for (const [sentence, given, expected] of CASES) {
  it(`closeMarkup ${sentence}`, () => assert.equal(closeMarkup(given), expected));
}
