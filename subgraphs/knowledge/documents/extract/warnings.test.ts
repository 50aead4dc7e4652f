import { describe, expect, it } from '@jest/globals';
import { WarningList } from './warnings.ts';

function messagesOf(body: (list: WarningList) => void, unit?: string): string[] {
  const list = new WarningList();
  body(list);
  return list.toArray(unit).map(({ message }) => message);
}

describe('the warnings about a partly read file', () => {
  it('name one page, several, and ranges of pages, each once and in order', () => {
    expect(messagesOf(({ warn }) => warn('UNREADABLE', 3))).toEqual(['Page 3 could not be read.']);
    expect(messagesOf(({ warn }) => [9, 5, 6, 7, 2, 8, 2].forEach((page) => warn('UNREADABLE', page)))).toEqual([
      'Pages 2 and 5 to 9 could not be read.',
    ]);
    expect(messagesOf(({ warn }) => [1, 2].forEach((page) => warn('NO_TEXT', page)), 'slide')).toEqual([
      'Slides 1 and 2 hold pictures without text.',
    ]);
  });

  it('count pages that are too many to name, and keep their numbers', () => {
    const list = new WarningList();
    for (let page = 1; page < 100; page += 2) list.warn('UNDECODABLE', page);
    const [warning] = list.toArray();
    expect(warning!.message).toBe('50 pages have text that could not be decoded.');
    expect(warning!.pages).toHaveLength(50);
  });

  it('name parts without a number, shortened and without invisible characters', () => {
    expect(messagesOf(({ warn }) => warn('LEFT_OUT', 'attachment \u202eplan\n.zip'))).toEqual(['Attachment plan .zip was left out.']);
    expect(messagesOf(({ warn }) => warn('CUT', `sheet ${'x'.repeat(500)}`))[0]).toHaveLength(123);
    expect(messagesOf(({ warn }) => Array.from({ length: 20 }, (_, at) => warn('LEFT_OUT', `part ${at}`)))[0]).toContain(' and 12 others ');
  });

  it('are about the whole file where no part is named', () => {
    expect(messagesOf(({ warn }) => warn('CUT'))).toEqual(['The file is too long; only the beginning was read.']);
  });
});
