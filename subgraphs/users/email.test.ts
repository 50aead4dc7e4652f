import { describe, expect, it } from '@jest/globals';
import { emailKey, requireEmail } from './email.ts';

describe('an e-mail address', () => {
  it.each(['ada@example.org', "o'brien+tag@sub.example.co.uk", 'ünïcode@exämple.org', '用户@例子.公司', 'me@localhost', 'a@b.c'])(
    'is valid: %s',
    (address) => {
      expect(requireEmail(address)).toBe(address);
    },
  );

  it.each([
    '',
    '@',
    'ada',
    'ada@',
    '@example.org',
    'a@b@c',
    'ada@.org',
    'ada@example.',
    'a..b@example.org',
    'ada@exam ple.org',
    'ada,eve@example.org',
    'ada@example.org\nbcc: eve@example.org',
    'ada\u202e@example.org',
    'ada\u200d@example.org',
    '<ada@example.org>',
    `${'a'.repeat(65)}@example.org`,
  ])('is invalid: %j', (text) => {
    expect(() => requireEmail(text)).toThrow('This is not an e-mail address.');
  });

  it('has one key for both cases and widths of letters', () => {
    expect(emailKey(' ＡDA@Example.ORG ')).toBe('ada@example.org');
  });

  it('has one key for all Unicode compositions of its letters', () => {
    expect(emailKey('caf\u0065\u0301@example.org')).toBe(emailKey('caf\u00e9@example.org'));
  });
});
