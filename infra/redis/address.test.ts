import { describe, expect, it } from '@jest/globals';
import { readRedisAddress } from './address.ts';

describe('readRedisAddress', () => {
  it('parses the address of one server', () => {
    expect(readRedisAddress('redis://cache')).toEqual({ kind: 'server', at: { host: 'cache', port: 6379 }, db: 0, tls: false });
    expect(readRedisAddress('rediss://me:p%40ss@[::1]:7000/3')).toEqual({
      kind: 'server',
      at: { host: '::1', port: 7000 },
      db: 3,
      user: 'me',
      password: 'p@ss',
      tls: true,
    });
  });

  it('parses the address of Sentinels', () => {
    expect(readRedisAddress('redis+sentinel://:secret@one:5000,two/main/2')).toEqual({
      kind: 'sentinel',
      sentinels: [
        { host: 'one', port: 5000 },
        { host: 'two', port: 26379 },
      ],
      master: 'main',
      db: 2,
      password: 'secret',
      tls: false,
    });
  });

  it('parses the address of a cluster', () => {
    const nodes = [
      { host: '10.0.0.1', port: 7000 },
      { host: '10.0.0.2', port: 7001 },
    ];
    expect(readRedisAddress('rediss+cluster://10.0.0.1:7000,10.0.0.2:7001')).toEqual({ kind: 'cluster', nodes, tls: true });
  });

  it.each([
    'hunter2@host',
    'http://:hunter2@host',
    'redis://:hunter2@one,two',
    'redis://:hunter2@host:0',
    'redis://:hunter2@host:70000',
    'redis://:hunter2@host/one',
    'redis://:hunter2%@host',
    'redis+sentinel://:hunter2@host',
    'redis+sentinel://:hunter2@host/main/0/1',
    'redis+cluster://:hunter2@host/1',
    'redis+cluster://:hunter2@',
  ])('rejects %s without echoing credentials', (text) => {
    expect(() => readRedisAddress(text)).toThrow(/^must be redis:\/\/host:6379, redis\+sentinel:/);
    expect(() => readRedisAddress(text)).not.toThrow(/hunter2/);
  });
});
