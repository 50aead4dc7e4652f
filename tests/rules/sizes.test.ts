import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SOURCES } from './sources.ts';

const MAX_LINES = 300;
const MAX_FILES = 25;

/** Files and folders that exceed the limit, with the reason. */
const EXCEPTIONS: Record<string, { max: number; why: string }> = {};

describe('the sizes of files and folders', () => {
  it(`are at most ${MAX_LINES} lines for every file`, () => {
    const long = SOURCES.map((file) => ({ file, lines: readFileSync(file, 'utf8').trimEnd().split('\n').length }))
      .filter(({ file, lines }) => lines > (EXCEPTIONS[file]?.max ?? MAX_LINES))
      .map(({ file, lines }) => `${file} has ${lines} lines: what is the second thing in it?`);
    expect(long).toEqual([]);
  });

  it(`are at most ${MAX_FILES} files for every folder`, () => {
    const folders = Map.groupBy(
      SOURCES.filter((file) => !file.endsWith('.test.ts')),
      (file) => dirname(file),
    );
    const full = [...folders]
      .filter(([folder, files]) => files.length > (EXCEPTIONS[folder]?.max ?? MAX_FILES))
      .map(([folder, files]) => `${folder} holds ${files.length} files: which concept has earned a folder?`);
    expect(full).toEqual([]);
  });
});
