import { describe, expect, it } from '@jest/globals';
import { addressOf } from './address.ts';

describe('addressOf', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:4000'],
    ['::1', 'http://[::1]:4000'],
    ['0.0.0.0', 'http://127.0.0.1:4000'],
    ['::', 'http://[::1]:4000'],
  ])('returns the URL by which a listener on %s can be reached', (HOST, address) => {
    expect(addressOf({ HOST }, 4000)).toBe(address);
  });
});
