import { describe, expect, it } from '@jest/globals';
import { requireUnguessable } from './password-strength.ts';

const OWN = ['Ada Lovelace', 'ada.lovelace@example.org'];
const check = (password: string) => () => requireUnguessable(password, OWN);

describe('requireUnguessable', () => {
  it.each(['password', '12345678', 'aaaaaaaa', 'Password1!', 'P@ssw0rd', 'qwertyuiop', '1q2w3e4r', 'iloveyou1', 'letmein123', '20202020'])(
    'refuses the common password %s',
    (password) => expect(check(password)).toThrow(expect.objectContaining({ code: 'PASSWORD_TOO_WEAK' })),
  );

  it.each(['ada.lovelace@example.org', 'Ada Lovelace', 'AdaLovelace1', 'lovelace2024', 'LOVELACEADA', 'ada.lovelace!'])(
    'refuses %s, which is made of the name or the e-mail address',
    (password) => expect(check(password)).toThrow(expect.objectContaining({ code: 'PASSWORD_TOO_WEAK' })),
  );

  it.each([
    'a long enough password',
    'correct horse battery',
    'xkwq7v2m',
    `a grey fox met ${'🔑'.repeat(241)}`,
    'motorwagen-café',
    'мой длинный пароль',
    'lovelace met a grey fox',
  ])('accepts %s', (password) => expect(check(password)).not.toThrow());

  it('answers within 200 ms for patterns that are expensive to match', () => {
    check('warm up the word list')();
    const startedAt = performance.now();
    for (const unit of ['p@', '@$0', '1l|', 'Aa4@']) {
      try {
        check(unit.repeat(100))();
      } catch {
        // The verdict does not matter here.
      }
    }
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
