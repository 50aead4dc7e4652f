import { describe, expect, it } from '@jest/globals';
import { Passwords, requirePassword } from './password.ts';

describe('a password', () => {
  it.each(['12345678', 'p'.repeat(256), '🔑'.repeat(8), 'пароль пароль'])('is accepted: %j', (password) => {
    expect(() => requirePassword(password)).not.toThrow();
  });

  it.each(['', '1234567', '🔑'.repeat(7), 'p'.repeat(257), ' '.repeat(20), 'nul\0nul\0nul'])('is refused: %j', (password) => {
    expect(() => requirePassword(password)).toThrow('The password needs');
  });

  it('matches only its own hash', async () => {
    const passwords = new Passwords();
    const stored = await passwords.hash('correct horse');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.matches(stored, 'correct horse')).toBe(true);
    expect(await passwords.matches(stored, 'Correct horse')).toBe(false);
  });

  it('is compared over its full length, beyond 72 bytes too', async () => {
    const passwords = new Passwords();
    const stored = await passwords.hash(`${'x'.repeat(200)}a`);
    expect(await passwords.matches(stored, `${'x'.repeat(200)}b`)).toBe(false);
  });

  it('never matches for an account that does not exist', async () => {
    expect(await new Passwords().matches(undefined, 'anything at all')).toBe(false);
  });

  it('is verified in a queue when many arrive at once', async () => {
    const passwords = new Passwords();
    const stored = await passwords.hash('correct horse');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => passwords.matches(stored, n % 2 ? 'correct horse' : 'wrong horse')),
    );
    expect(answers).toEqual(Array.from({ length: 20 }, (_, n) => n % 2 === 1));
  });

  it('is refused when the queue is full, instead of waiting without limit', async () => {
    const passwords = new Passwords(5);
    const stored = await passwords.hash('correct horse');
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => passwords.matches(stored, 'wrong horse')));
    const refused = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ reason }) => reason.code === 'RATE_LIMITED')).toBe(true);
    expect(await passwords.matches(stored, 'correct horse')).toBe(true);
  });
});
