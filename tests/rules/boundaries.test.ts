import { describe, expect, it } from '@jest/globals';
import { boundaryFault } from './boundaries.ts';
import { importsOf, SOURCES } from './sources.ts';

describe('the boundaries between folders', () => {
  const imports = SOURCES.flatMap(importsOf).filter(({ ours }) => ours);

  it('are respected by every import of the repository', () => {
    expect(imports.length).toBeGreaterThan(300);
    expect(imports.map(({ file, target }) => boundaryFault(file, target)).filter(Boolean)).toEqual([]);
  });

  it.each([
    ['subgraphs/users/user.service.ts', 'subgraphs/tools/tools.ts'],
    ['subgraphs/users/user.service.ts', 'infra/bus/memory.ts'],
    ['subgraphs/users/user.service.ts', 'infra/tokens/access.ts'],
    ['gateway/server/server.ts', 'subgraphs/framework/policy.ts'],
    ['gateway/server/server.ts', 'infra/queue/postgres.ts'],
    ['gateway/server/server.ts', 'infra/start.ts'],
    ['schema/errors.ts', 'infra/log.ts'],
    ['infra/bus/bus.ts', 'infra/log.ts'],
    ['infra/bus/memory.ts', 'infra/queue/postgres.ts'],
    ['infra/http/health.ts', 'gateway/gateway.ts'],
    ['web/src/lib/graph/client.ts', 'schema/errors.ts'],
  ])('forbid %s to import %s', (file, target) => {
    expect(boundaryFault(file, target)).toContain(target);
  });
});
