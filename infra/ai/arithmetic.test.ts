import { describe, expect, it } from '@jest/globals';
import { arithmeticIn } from './arithmetic.ts';

describe('arithmeticIn', () => {
  it.each([
    ['What is 12 * 7?', '12 * 7'],
    ['15% of 240', '15% of 240'],
    ['please calculate (1,250 + 380.50) * 1.19', '(1,250 + 380.50) * 1.19'],
    ['How much is 3 plus 4 times 2?', '3 + 4 * 2'],
    ['What is the square root of 16', 'sqrt(16)'],
    ['Was ist 5 × 6?', '5 * 6'],
    ['2^10 =', '2^10'],
    ['-5 + 3', '-5 + 3'],
  ])('reads from "%s" the expression %s', (question, expression) => expect(arithmeticIn(question)).toBe(expression));

  it.each([
    'What is 7?',
    '2024-01-02',
    '555-1234',
    'call 030-1234',
    'What is the warranty?',
    'e',
    'min',
    'Version 1.2',
    '10 pages of text',
    '',
    `${'1+'.repeat(200)}1`,
  ])('finds no arithmetic in "%s"', (question) => expect(arithmeticIn(question)).toBeNull());
});
