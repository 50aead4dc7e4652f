import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { ClientAddress } from './client-address.ts';

function addressOf(trusted: string[], remoteAddress: string | undefined, forwarded?: string): string {
  const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } };
  return new ClientAddress(trusted).of(request as unknown as IncomingMessage);
}

describe('the client address', () => {
  it('is the address of the peer when no proxy is trusted, or the peer is none of them', () => {
    expect(addressOf([], '192.0.2.7', '203.0.113.9')).toBe('192.0.2.7');
    expect(addressOf(['10.0.0.0/8'], '192.0.2.7', '203.0.113.9')).toBe('192.0.2.7');
    expect(addressOf(['10.0.0.1'], '10.0.0.1')).toBe('10.0.0.1');
    expect(addressOf(['10.0.0.1'], undefined, '203.0.113.9')).toBe('');
  });

  it('is the last entry that a trusted proxy appended, also when the client sent entries of its own', () => {
    expect(addressOf(['10.0.0.1'], '10.0.0.1', '1.1.1.1, 203.0.113.9')).toBe('203.0.113.9');
    expect(addressOf(['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 203.0.113.9, 10.2.3.4')).toBe('203.0.113.9');
    expect(addressOf(['10.0.0.0/8'], '10.0.0.1', '10.9.9.9, 10.2.3.4')).toBe('10.9.9.9');
  });

  it('is never something that is not an address', () => {
    expect(addressOf(['10.0.0.0/8'], '10.0.0.1', 'unknown')).toBe('10.0.0.1');
    expect(addressOf(['10.0.0.0/8'], '10.0.0.1', '203.0.113.9, <b>, 10.2.3.4')).toBe('10.2.3.4');
    expect(addressOf(['10.0.0.0/8'], '10.0.0.1', '203.0.113.9:4711')).toBe('10.0.0.1');
  });

  it('knows ranges of both versions, mapped addresses and a range that is everything', () => {
    expect(addressOf(['10.0.0.0/8'], '::ffff:10.0.0.1', '::ffff:203.0.113.9')).toBe('203.0.113.9');
    expect(addressOf(['fd00::/8', '::1'], 'fd12::1', '2001:db8::9, ::1')).toBe('2001:db8::9');
    expect(addressOf(['0.0.0.0/0'], '192.0.2.7', '203.0.113.9, 198.51.100.1')).toBe('203.0.113.9');
    expect(addressOf(['::/0'], '2001:db8::1', '2001:db8::9, fe80::1')).toBe('2001:db8::9');
    expect(addressOf(['::/0'], '192.0.2.7', '203.0.113.9')).toBe('192.0.2.7');
  });
});
