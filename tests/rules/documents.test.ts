import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DOCUMENTS, faultsOf } from './documents.ts';

describe('documents', () => {
  it('include the root README and one README for each subgraph', () => {
    expect(DOCUMENTS).toEqual(expect.arrayContaining(['README.md', 'subgraphs/users/README.md', 'web/README.md']));
  });

  it.each(DOCUMENTS)('%s names only paths, links and npm scripts that exist', (document) => {
    expect(faultsOf(document, readFileSync(document, 'utf8'))).toEqual([]);
  });

  it.each([
    ['a file', '`infra/nothing.ts`'],
    ['a folder', '`subgraphs/nothing/`'],
    ['a file of no folder', '`nothing.ts`'],
    ['one of several files', '`schema/{api,nothing}.graphql`'],
    ['a file with a placeholder', '`schema/<subgraph>.nothing.ts`'],
    ['a link', '[x](infra/nothing.md)'],
    ['an anchor', '[x](infra/README.md#nothing)'],
    ['a script', '`npm run nothing`'],
    ['a script in a block', '```sh\nnpm run nothing -- x\n```'],
    ['a script of the web', '`npm run nothing -w web`'],
  ])('are reported where they have %s that does not exist', (_what, text) => {
    expect(faultsOf('README.md', text)).toHaveLength(1);
  });

  it.each([
    '`schema/<subgraph>.graphql`',
    '`schema/{api,supergraph}.graphql`',
    '`subgraphs/users/`',
    '[x](infra/README.md#settings)',
    '`npm run check`',
    '`npm run check -w web`',
    '`text/html`',
    '`@apollo/gateway`',
    '`/health/ready`',
  ])('are accepted with %s', (text) => {
    expect(faultsOf('README.md', text)).toEqual([]);
  });
});
