import { describe, expect, it } from '@jest/globals';
import { SUMMITS, WALLS } from './house.ts';
import { importsOf, SOURCES, type Import } from './sources.ts';

/** What is wrong with an import, or null. Tests beside a file may use what `tests/support` offers. */
function breach({ file, target }: Import): string | null {
  const isTest = file.endsWith('.test.ts');
  if (isTest && target.startsWith('tests/support/')) return null;
  if (SUMMITS.test(target) && !SUMMITS.test(file))
    return `${file} imports ${target}, where everything comes together and nobody goes back to.`;
  for (const { from, may, instead } of WALLS) {
    const match = from.exec(file);
    if (!match) continue;
    const open = may.some((rule) => (rule instanceof RegExp ? rule : rule(match)).test(target));
    return open ? null : `${file} imports ${target}. ${instead}`;
  }
  return `${file} is in no room that tests/rules/house.ts knows.`;
}

describe('the walls of the house', () => {
  const imports = SOURCES.flatMap(importsOf).filter(({ ours }) => ours);

  it('stand: every import goes where its room may go', () => {
    expect(imports.length).toBeGreaterThan(300);
    expect(imports.map(breach).filter(Boolean)).toEqual([]);
  });

  it.each([
    ['subgraphs/users/user.service.ts', 'subgraphs/tools/tools.ts'],
    ['subgraphs/users/user.service.ts', 'infra/bus/memory.ts'],
    ['gateway/http.ts', 'subgraphs/policy.ts'],
    ['gateway/http.ts', 'infra/queue/postgres.ts'],
    ['schema/errors.ts', 'infra/log.ts'],
    ['infra/bus/bus.ts', 'infra/log.ts'],
    ['infra/bus/memory.ts', 'infra/queue/queue.ts'],
    ['web/src/lib/graph/client.ts', 'schema/errors.ts'],
    ['gateway/http.ts', 'infra/start.ts'],
  ])('would stop %s from importing %s', (file, target) => {
    expect(breach({ file, target, ours: true })).toContain(target);
  });
});
