import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { startProduct } from '../support/product.ts';

it('start prints one line without a stack when the port is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  try {
    const { port } = other.address() as AddressInfo;
    const refusal = await startProduct({ env: { PORT: String(port) } }).catch(String);
    expect(refusal).toContain(
      `Port ${port} of 127.0.0.1 is in use. Stop the process that uses it, or set PORT to another port; 0 selects a free one.`,
    );
    expect(refusal).not.toContain('    at ');
  } finally {
    other.close();
  }
});

it('start names a setting that needs another one', async () => {
  const refusal = await startProduct({ env: { DATABASE_REPLICA_URL: 'postgres://parley:hunter2@replica/parley' } }).catch(String);
  expect(refusal).toContain('DATABASE_REPLICA_URL is set, but DATABASE_URL, the primary, is not.');
  expect(refusal).not.toMatch(/hunter2| {4}at /);
});
