import assert from 'node:assert/strict';
import { it } from 'node:test';
import { mend } from './mend.ts';

const CASES: [string, string, string][] = [
  ['closes bold', 'so **very imp', 'so **very imp**'],
  ['drops bold that has no word yet', 'so **', 'so'],
  ['leaves bold that is closed', 'so **it** is', 'so **it** is'],
  ['closes emphasis beside bold', '**a** and *b', '**a** and *b*'],
  ['knows that a star can be a bullet', '* one\n* two', '* one\n* two'],
  ['closes code, and nothing that stands in it', 'run `npm **', 'run `npm **`'],
  ['shows the words of half a link', 'see [the manual](https://exa', 'see the manual'],
  ['hides half a source', 'It is so [1', 'It is so '],
  ['hides half of two sources', 'It is so [1, ', 'It is so '],
  ['leaves a sum alone', '2 * 3 = 6', '2 * 3 = 6'],
  ['makes a table of its head', '| Area | Bef', '| Area | Bef |\n| - | - |'],
  ['makes a table of a head and half a line', '| Area | Before |\n|:--', '| Area | Before |\n| - | - |'],
  ['leaves names with underscores alone', 'use my_var_name', 'use my_var_name'],
];

for (const [sentence, given, expected] of CASES) {
  it(sentence, () => assert.equal(mend(given), expected));
}
