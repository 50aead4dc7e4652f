import { describe, expect, it } from '@jest/globals';
import { chunkPages, placePages, type Chunk, type PlacedPage } from './chunk.ts';
import { estimateTokens } from './tokens.ts';

const SENTENCE = 'The warehouse counts every box twice before the lorry leaves for the coast. ';

function chunksOf(...texts: string[]): { chunks: Chunk[]; pages: PlacedPage[]; whole: string } {
  const pages = placePages(texts.map((text, index) => ({ number: texts.length > 1 ? index + 1 : null, text })));
  return { pages, chunks: chunkPages(pages), whole: texts.join('\n\n') };
}

/** Returns a seeded linear congruential generator, so that a failure is reproducible. */
function randomSource(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

const SCRAPS = [
  'word',
  'Überprüfung',
  '渡邊四郎は名古屋に住んでいます。',
  '👩‍👩‍👧',
  '\n',
  '\n\n',
  '\n# Heading\n',
  '\n## Deeper heading\n\n',
  '\n| a | b |\n| 1 | 2 |\n',
  '\n```\ncode();\n```\n',
  '- item one\n- item two\n',
  '. ',
  '! ',
  ' ',
  ' ',
  '\t',
  '**Term**\n',
  SENTENCE,
  SENTENCE.repeat(9),
  'x'.repeat(4_000),
  '\u{20000}'.repeat(900),
  '\ud83d',
];

function randomText(seed: number): string {
  const random = randomSource(seed);
  return Array.from({ length: random(120) }, () => SCRAPS[random(SCRAPS.length)]).join(random(2) ? ' ' : '');
}

describe('chunkPages', () => {
  it('reads a shorter fence in a code block as a line of the code', () => {
    const lines = '# a comment that a shell script begins a line with, and not a heading\n'.repeat(60);
    const { chunks } = chunksOf(`\`\`\`\`python\n\`\`\`\n${lines}\`\`\`\`\n\nAfter the code.`);
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.filter(({ heading }) => heading !== '')).toEqual([]);
  });

  it('returns offsets that cut exactly the passage, for any text', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const { chunks, whole, pages } = chunksOf(...Array.from({ length: 1 + (seed % 3) }, (_, index) => randomText(seed * 10 + index)));
      for (const chunk of chunks) {
        expect(whole.slice(chunk.start, chunk.end)).toBe(chunk.text);
        expect(chunk.text).toBe(chunk.text.trim());
        expect(chunk.text).not.toBe('');
        const page = pages.find(({ start, text }) => chunk.start >= start && chunk.end <= start + text.length);
        expect(page?.number).toBe(chunk.page);
      }
    }
  });

  it('leaves out no visible character, and keeps the order', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const { chunks, whole } = chunksOf(randomText(seed));
      let covered = 0;
      for (const chunk of chunks) {
        expect(whole.slice(covered, Math.max(covered, chunk.start)).trim()).toBe('');
        expect(chunk.end).toBeGreaterThan(covered);
        covered = chunk.end;
      }
      expect(whole.slice(covered).trim()).toBe('');
    }
  });

  it('never makes a passage much larger than the target size, even from one extremely long word', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      for (const chunk of chunksOf(randomText(seed)).chunks) expect(estimateTokens(chunk.text)).toBeLessThanOrEqual(400);
    }
  });

  it('never splits a character in two', () => {
    const { chunks } = chunksOf('\u{20000}'.repeat(3_001));
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks.every((chunk) => chunk.text.isWellFormed())).toBe(true);
  });

  it('makes passages of about equal length from running text', () => {
    const { chunks } = chunksOf(SENTENCE.repeat(200).trim());
    const sizes = chunks.slice(0, -1).map((chunk) => estimateTokens(chunk.text));
    expect(Math.min(...sizes)).toBeGreaterThan(200);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(320);
  });

  it('repeats the last sentence where it cuts a paragraph', () => {
    const { chunks } = chunksOf(
      Array.from({ length: 80 }, (_, index) => `Sentence number ${index} speaks about the boxes in the warehouse.`).join(' '),
    );
    for (const [index, chunk] of chunks.entries()) {
      if (index > 0) expect(chunk.start).toBeLessThan(chunks[index - 1]!.end);
    }
  });

  it('starts a passage with its heading, and names the headings above', () => {
    const { chunks } = chunksOf(
      `# Manual\n\n${SENTENCE.repeat(12)}\n\n## Returns\n\n${SENTENCE.repeat(12)}\n\n### Abroad\n\n${SENTENCE.repeat(12)}\n\n## Prices\n\n${SENTENCE.repeat(12)}`,
    );
    expect(chunks.map((chunk) => chunk.heading)).toEqual(['Manual', 'Manual › Returns', 'Manual › Returns › Abroad', 'Manual › Prices']);
    expect(chunks[1]!.text.startsWith('## Returns')).toBe(true);
  });

  it('carries the headings on to the next page', () => {
    const { chunks } = chunksOf(`# Manual\n\n${SENTENCE.repeat(5)}`, SENTENCE.repeat(5).trim());
    expect(chunks.map((chunk) => [chunk.page, chunk.heading])).toEqual([
      [1, 'Manual'],
      [2, 'Manual'],
    ]);
  });

  it('never leaves a heading or a term alone at the end of a passage', () => {
    const parts = Array.from({ length: 40 }, (_, index) => `**--option-${index}**\n\n${SENTENCE.repeat(1 + (index % 4))}`);
    for (const chunk of chunksOf(parts.join('\n\n')).chunks) expect(chunk.text.split('\n').at(-1)).not.toMatch(/^\*\*/);
  });

  it('repeats the header of a table that it continues', () => {
    const rows = Array.from({ length: 120 }, (_, index) => `| SKU-${index} | shelf ${index} | ${index * 7} |`);
    const { chunks } = chunksOf(`| Product | Place | Count |\n| --- | --- | --- |\n${rows.join('\n')}`);
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks[0]!.heading).toBe('');
    expect(chunks.slice(1).every((chunk) => chunk.heading === '| Product | Place | Count |')).toBe(true);
  });

  it('returns nothing for an empty text', () => {
    expect(chunksOf('').chunks).toEqual([]);
    expect(chunksOf(' \n\n\t ', '').chunks).toEqual([]);
  });
});
