import { describe, expect, it } from '@jest/globals';
import { quotesFor } from './quote.ts';

const passage = (text: string, number = 1) => ({ number, documentName: 'Manual.pdf', pageLabel: 'Page 1', text });
const texts = (question: string, ...passages: string[]) =>
  quotesFor(
    question,
    passages.map((text, index) => passage(text, index + 1)),
  ).map((quote) => quote.text);

describe('quotes', () => {
  it('are the sentence that answers, not the passage around it', () => {
    expect(
      texts(
        'How long does the battery last?',
        'The pump is blue and weighs two kilograms. The battery lasts nine hours at full load. Keep it dry at all times.',
      ),
    ).toEqual(['The battery lasts nine hours at full load.']);
  });

  it('do not end at an abbreviation', () => {
    expect(
      texts('accuracy of the tuned model', 'The tuned model has a higher accuracy (56% vs. 44%) than the other. It is slow.')[0],
    ).toContain('(56% vs. 44%) than the other.');
  });

  it('know what stands under a heading, and do not quote the heading', () => {
    expect(
      texts(
        'warranty of the filter',
        '# Pump\n\nIt lasts for two years in normal use.\n\n# Filter warranty\n\nSix months, and a day on top of that.',
      ),
    ).toEqual(['Six months, and a day on top of that.']);
  });

  it('show a table with its rows', () => {
    const [quote] = texts('When does the movie start?', 'Movie Title | Screen | Start\nArrival | 3 | 19:30\nDune | 1 | 20:15');
    expect(quote).toBe('Movie Title | Screen | Start\nArrival | 3 | 19:30\nDune | 1 | 20:15');
  });

  it('work in scripts without spaces', () => {
    expect(
      texts('保証期間', '本製品の重さは二キログラムで、とても軽いです。ポンプの保証期間は購入日から二十四か月となっています。'),
    ).toEqual(['ポンプの保証期間は購入日から二十四か月となっています。']);
  });

  it('meet words in another form', () => {
    expect(texts('installing pumps', 'To install the pump, close the valve before anything else.')).toHaveLength(1);
  });

  it('are cut between words when a sentence is endless', () => {
    const [quote] = texts('endless river', `The endless river ${'flows and flows '.repeat(100)}.`);
    expect(quote!.length).toBeLessThan(410);
    expect(quote).toMatch(/(flows|and) …$/);
  });

  it('come from different sentences, three at the most', () => {
    const same = 'The battery lasts nine hours at full load.';
    expect(
      texts(
        'battery',
        same,
        same,
        'A battery is charged in two hours.',
        'Each battery weighs one pound.',
        'The battery hates the cold weather.',
      ).length,
    ).toBe(3);
  });

  it.each(['', '???', 'the of and', 'Who was the emperor of Brazil?'])('are none for "%s"', (question) =>
    expect(texts(question, 'The battery lasts nine hours at full load.')).toEqual([]),
  );
});
