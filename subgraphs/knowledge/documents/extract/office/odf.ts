import { Failure } from '../../../../../schema/errors.ts';
import { readArchive } from '../archive.ts';
import type { ExtractedPage } from '../extraction.ts';
import type { Warn } from '../warnings.ts';
import { childOf, descendantsOf, elementsOf, readXml, refuseDoctype, type XmlElement } from '../xml.ts';
import { OdfText } from './odf-text.ts';
import { readOdfSheet } from './odf-sheet.ts';

const MAX_CELLS = 1_000_000;

/** Reads an OpenDocument text as one page, because page breaks depend on layout. */
export async function readOdt(bytes: Uint8Array, warn: Warn): Promise<ExtractedPage[]> {
  const { body, text } = await open(bytes, warn);
  return [{ number: null, text: text.blocks(childOf(body, 'text') ?? body) }];
}

/** Reads an OpenDocument spreadsheet, a page for each visible sheet. */
export async function readOds(bytes: Uint8Array, warn: Warn): Promise<ExtractedPage[]> {
  const { body, root, text } = await open(bytes, warn);
  const hidden = hiddenStyles(root);
  const pages: ExtractedPage[] = [];
  const budget = { left: MAX_CELLS };
  for (const table of elementsOf(childOf(body, 'spreadsheet') ?? body, 'table')) {
    const title = table.attributes['table:name']?.trim() || `Sheet ${pages.length + 1}`;
    if (hidden.has(table.attributes['table:style-name'] ?? '')) {
      warn('LEFT_OUT', `the hidden sheet “${title}”`);
      continue;
    }
    const sheet = readOdfSheet(table, text, budget);
    if (sheet.isCut) warn('CUT', `sheet “${title}”`);
    if (sheet.text) pages.push({ number: pages.length + 1, label: `Sheet “${title}”`, text: `# ${title}\n\n${sheet.text}` });
  }
  return pages;
}

/** Reads an OpenDocument presentation, a page for each slide: its title as a heading, its text, and the speaker notes. */
export async function readOdp(bytes: Uint8Array, warn: Warn): Promise<ExtractedPage[]> {
  const { body, root, text } = await open(bytes, warn);
  const hidden = hiddenStyles(root);
  return elementsOf(childOf(body, 'presentation') ?? childOf(body, 'drawing') ?? body, 'page').map((slide, index) => {
    const number = index + 1;
    const notes = childOf(slide, 'notes');
    const frames = elementsOf(slide).filter((frame) => frame !== notes);
    const title = frames.find(({ attributes }) => attributes['presentation:class'] === 'title');
    const spoken = notes ? text.blocks(notes) : '';
    const blocks = [
      title && `# ${text.blocks(title).replace(/\s+/g, ' ')}`,
      hidden.has(slide.attributes['draw:style-name'] ?? '') && '(This slide is hidden in the presentation.)',
      ...frames.filter((frame) => frame !== title).map((frame) => text.blocks({ name: '', attributes: {}, children: [frame] })),
      spoken && `**Speaker notes**\n\n${spoken}`,
    ];
    return { number, label: `Slide ${number}`, text: blocks.filter((block) => block && block !== '# ').join('\n\n') };
  });
}

async function open(bytes: Uint8Array, warn: Warn): Promise<{ root: XmlElement; body: XmlElement; text: OdfText }> {
  const parts = await readArchive(bytes, (name) => ['content.xml', 'styles.xml', 'META-INF/manifest.xml'].includes(name));
  for (const part of [...parts].filter(([name]) => name === 'content.xml').map(([, content]) => content)) refuseDoctype(part);
  if (parts.get('META-INF/manifest.xml')?.includes('encryption-data')) throw new Failure('DOCUMENT_ENCRYPTED');
  const content = parts.get('content.xml');
  const tree = content && readXml(content);
  const root = tree && elementsOf(tree.root)[0];
  const body = childOf(root, 'body');
  if (!root || !body) throw new Failure('DOCUMENT_BROKEN', { reason: 'The main part of the file is missing.' });
  if (tree.isBroken) warn('UNREADABLE', 'the end of the file');
  if (tree.isCut) warn('CUT');
  const styles = parts.get('styles.xml');
  return { root, body, text: new OdfText([root, ...(styles ? [readXml(styles).root] : [])]) };
}

/** Returns the styles of hidden sheets and slides. */
function hiddenStyles(root: XmlElement): Set<string> {
  const styles = descendantsOf(childOf(root, 'automatic-styles') ?? { name: '', attributes: {}, children: [] }, 'style');
  return new Set(
    styles
      .filter((style) =>
        elementsOf(style).some(
          ({ attributes }) => attributes['table:display'] === 'false' || attributes['presentation:visibility'] === 'hidden',
        ),
      )
      .map(({ attributes }) => attributes['style:name'] ?? ''),
  );
}
