import { describe, expect, it } from '@jest/globals';
import { quotesFor } from './quote.ts';

const passage = (text: string, number = 1) => ({ number, documentName: 'Manual.pdf', pageLabel: 'Page 1', text });
const texts = (question: string, ...passages: string[]) =>
  quotesFor(
    question,
    passages.map((text, index) => passage(text, index + 1)),
  ).map((quote) => quote.text);

describe('the quotes of the built-in model', () => {
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

  it('include text under a matching heading, and not the heading', () => {
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

  it('match inflected forms of a word', () => {
    expect(texts('installing pumps', 'To install the pump, close the valve before anything else.')).toHaveLength(1);
  });

  it('are cut between words when a sentence is extremely long', () => {
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

  it.each(['', '???', 'the of and', 'Who was the emperor of Brazil?'])('are empty for the question "%s"', (question) =>
    expect(texts(question, 'The battery lasts nine hours at full load.')).toEqual([]),
  );
});

const REPAIR = `Customer Information | Vehicle Information

Insured name | Gabriel Diaz | Year | 2022
Color | White
Odometer | 9,800

Repair Order # | RO-20221108 | Estimator | Ellis Turner`;
const TOTALS = `## Estimate Totals

Hours | Rate | Cost
Body Labor | 2 | 150 | 300
Other Charges | | 15
Sales Tax | 10.20% | 278.46
GRAND TOTAL | | 5,738

Note | Minor rear bumper repair

This is a preliminary estimate for the visible damage of the vehicle. Parts prices may vary due to
models and vehicle maker price updates.`;

describe('the quotes for a question about an amount', () => {
  it('are the total of the subject, though the row of the total does not name it', () => {
    expect(texts('How much was the repair?', REPAIR, TOTALS)).toEqual(['Hours | Rate | Cost\nGRAND TOTAL | | 5,738']);
    expect(texts('What did the repair cost in total?', REPAIR, TOTALS)).toEqual(['Hours | Rate | Cost\nGRAND TOTAL | | 5,738']);
  });

  it('are the named row, under the names of the columns', () => {
    expect(texts('How much was the body labor?', REPAIR, TOTALS)[0]).toBe('Hours | Rate | Cost\nBody Labor | 2 | 150 | 300');
  });

  it('are the named line of a receipt, and not the next ones', () => {
    const receipt = 'Wireless\nHeadphones - Black\nAUDIO-5521 1 @ $349.99\nUSB-C Hub\nACC-8834 2 @ $79.99\n$159.98\nTOTAL $509.97';
    expect(texts('What did the headphones cost?', receipt)).toEqual(['Wireless Headphones - Black AUDIO-5521 1 @ $349.99']);
  });

  it('keep two totals that differ only in their figures', () => {
    expect(texts('How much was the repair?', TOTALS, TOTALS.replace('5,738', '9,999'))).toEqual([
      'Hours | Rate | Cost\nGRAND TOTAL | | 5,738',
      'Hours | Rate | Cost\nGRAND TOTAL | | 9,999',
    ]);
  });

  it('are empty where the amounts are of something else', () =>
    expect(texts('How much did the tickets cost?', REPAIR, TOTALS)).toEqual([]));
});

describe('the quotes for a question about a time', () => {
  it.each(['12 May 2024', 'May 12, 2024', '2024-05-12', '12.05.2024', '1998'])('are the sentence with %s', (day) => {
    const text = `The bridge is made of steel and carries two lanes. The bridge was opened on ${day} by the mayor.`;
    expect(texts('When was the bridge opened?', text)).toEqual([`The bridge was opened on ${day} by the mayor.`]);
  });

  it('are a sentence about the subject where none has a time', () =>
    expect(texts('When was the bridge opened?', 'The mayor opened the bridge himself.')).toEqual(['The mayor opened the bridge himself.']));
});

describe('the quotes for a summary', () => {
  it.each(['Summarise the repair estimate', 'Give me a summary of the repair', 'What is the repair estimate about?', 'Summarize'])(
    'are for "%s" the first sentences, and no rows of tables',
    (question) => expect(texts(question, REPAIR, TOTALS)[0]).toBe('This is a preliminary estimate for the visible damage of the vehicle.'),
  );

  it('are rows with values where there is no sentence', () =>
    expect(texts('Summarise', REPAIR)[0]).toContain('Insured name | Gabriel Diaz'));

  it('are empty for a document that is not among the passages', () => expect(texts('Summarise the Iliad', REPAIR, TOTALS)).toEqual([]));
});

it('the quotes of the built-in model prefer a row with values to the names of columns', () =>
  expect(texts('What vehicle is it?', 'Customer Information | Vehicle Information\n\nVehicle make: | Jeep of 2022')[0]).toBe(
    'Vehicle make: | Jeep of 2022',
  ));
