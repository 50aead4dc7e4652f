import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ERRORS } from '../../schema/errors.ts';
import { SOURCES } from './sources.ts';

/** Counts only codes that the server throws; the web and the tests merely name them. */
const thrown = SOURCES.filter((file) => /^(infra|subgraphs|gateway)\//.test(file))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

describe('the catalogue of errors', () => {
  it('has no code that is never thrown', () => {
    expect(Object.keys(ERRORS).filter((code) => !thrown.includes(`'${code}'`))).toEqual([]);
  });

  it('has whole sentences as messages', () => {
    expect(Object.entries(ERRORS).filter(([, { message }]) => !/^[A-Z].*\w\.$/.test(message))).toEqual([]);
  });

  it('has an HTTP status of 400 or above for every code', () => {
    expect(Object.values(ERRORS).filter(({ status }) => status < 400 || status > 599)).toEqual([]);
  });
});
