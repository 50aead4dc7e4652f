import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { startProduct } from '../support/product.ts';

it('is told in one sentence that the port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  try {
    const { port } = other.address() as AddressInfo;
    const refusal = await startProduct({ env: { PORT: String(port) } }).catch(String);
    expect(refusal).toContain(`Port ${port} of 127.0.0.1 is taken. Stop what listens there, or set PORT to another; 0 takes a free one.`);
    expect(refusal).not.toContain('    at ');
  } finally {
    other.close();
  }
});

it('is told which setting has no meaning without another', async () => {
  const refusal = await startProduct({ env: { DATABASE_REPLICA_URL: 'postgres://parley:hunter2@replica/parley' } }).catch(String);
  expect(refusal).toContain('DATABASE_REPLICA_URL names replicas, but DATABASE_URL names no server that they follow.');
  expect(refusal).not.toMatch(/hunter2| {4}at /);
});
