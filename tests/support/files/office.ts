import { zip, type ZipEntry } from './zip.ts';

const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

const xml = (body: string) => `<?xml version="1.0" encoding="UTF-8"?>${body}`;

export function relations(...list: [id: string, type: string, target: string][]): string {
  const items = list.map(([id, type, target]) => `<Relationship Id="${id}" Type="${RELATIONSHIPS}/${type}" Target="${target}"/>`);
  return xml(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${items.join('')}</Relationships>`);
}

export interface SheetParts {
  name: string;
  /** The content of `sheetData`, or the whole part where it begins with `<?xml`. */
  rows: string;
  state?: string;
  after?: string;
}

/** Builds a workbook as programs other than Excel write it: with prefixes, without optional parts. */
export function workbook(sheets: SheetParts[], { strings = '', styles = '' } = {}, more: ZipEntry[] = []): Buffer {
  const tabs = sheets.map(
    ({ name, state }, index) => `<sheet name="${name}" sheetId="${index + 1}"${state ? ` state="${state}"` : ''} r:id="rId${index + 1}"/>`,
  );
  return zip([
    { name: '[Content_Types].xml', data: xml('<Types/>') },
    { name: '_rels/.rels', data: relations(['r1', 'officeDocument', 'xl/workbook.xml']) },
    { name: 'xl/workbook.xml', data: xml(`<workbook xmlns:r="${RELATIONSHIPS}"><sheets>${tabs.join('')}</sheets></workbook>`) },
    {
      name: 'xl/_rels/workbook.xml.rels',
      data: relations(
        ...sheets.map((_, index): [string, string, string] => [`rId${index + 1}`, 'worksheet', `worksheets/sheet${index + 1}.xml`]),
        ['rIdS', 'sharedStrings', 'sharedStrings.xml'],
        ['rIdT', 'styles', '/xl/styles.xml'],
      ),
    },
    ...sheets.map(({ rows, after = '' }, index) => ({
      name: `xl/worksheets/sheet${index + 1}.xml`,
      data: rows.startsWith('<?xml') ? rows : xml(`<x:worksheet xmlns:x="x"><x:sheetData>${rows}</x:sheetData>${after}</x:worksheet>`),
    })),
    { name: 'xl/sharedStrings.xml', data: xml(`<sst>${strings}</sst>`) },
    { name: 'xl/styles.xml', data: xml(`<styleSheet>${styles}</styleSheet>`) },
    ...more,
  ]);
}

export const inline = (reference: string, text: string) => `<x:c r="${reference}" t="inlineStr"><x:is><x:t>${text}</x:t></x:is></x:c>`;
export const number = (reference: string, value: number, style = 0) => `<x:c r="${reference}" s="${style}"><x:v>${value}</x:v></x:c>`;
export const row = (at: number, ...cells: string[]) => `<x:row r="${at}">${cells.join('')}</x:row>`;

/** Builds a presentation of slides with the given shape trees. */
export function presentation(slides: { tree: string; notes?: string; isHidden?: boolean }[]): Buffer {
  const names = 'xmlns:a="a" xmlns:p="p" xmlns:r="r"';
  return zip([
    { name: '[Content_Types].xml', data: xml('<Types/>') },
    { name: '_rels/.rels', data: relations(['r1', 'officeDocument', 'ppt/presentation.xml']) },
    {
      name: 'ppt/presentation.xml',
      data: xml(
        `<p:presentation ${names}><p:sldIdLst>${slides.map((_, index) => `<p:sldId id="${256 + index}" r:id="rId${index}"/>`).join('')}</p:sldIdLst></p:presentation>`,
      ),
    },
    {
      name: 'ppt/_rels/presentation.xml.rels',
      data: relations(...slides.map((_, index): [string, string, string] => [`rId${index}`, 'slide', `slides/slide${index}.xml`])),
    },
    ...slides.flatMap(({ tree, notes, isHidden }, index) => [
      {
        name: `ppt/slides/slide${index}.xml`,
        data: xml(`<p:sld ${names}${isHidden ? ' show="0"' : ''}><p:cSld><p:spTree>${tree}</p:spTree></p:cSld></p:sld>`),
      },
      {
        name: `ppt/slides/_rels/slide${index}.xml.rels`,
        data: notes ? relations(['n', 'notesSlide', `../notesSlides/notes${index}.xml`]) : relations(),
      },
      ...(notes
        ? [
            {
              name: `ppt/notesSlides/notes${index}.xml`,
              data: xml(`<p:notes ${names}><p:cSld><p:spTree>${shape('body', [notes])}</p:spTree></p:cSld></p:notes>`),
            },
          ]
        : []),
    ]),
  ]);
}

/** Builds a shape with paragraphs; one that begins with a tab is a level deeper. */
export function shape(placeholder: string | null, paragraphs: string[]): string {
  const body = paragraphs.map(
    (text) => `<a:p>${text.startsWith('\t') ? '<a:pPr lvl="1"/>' : ''}<a:r><a:t>${text.replace('\t', '')}</a:t></a:r></a:p>`,
  );
  const kind = placeholder === null ? '' : `<p:ph type="${placeholder}"/>`;
  return `<p:sp><p:nvSpPr><p:nvPr>${kind}</p:nvPr></p:nvSpPr><p:txBody>${body.join('')}</p:txBody></p:sp>`;
}

/** Builds an OpenDocument file with this body and these automatic styles. */
export function openDocument(kind: 'text' | 'spreadsheet' | 'presentation', body: string, styles = ''): Buffer {
  const names = ['office', 'text', 'table', 'draw', 'style', 'presentation', 'dc'].map((name) => `xmlns:${name}="${name}"`).join(' ');
  return zip([
    { name: 'mimetype', data: `application/vnd.oasis.opendocument.${kind}` },
    { name: 'META-INF/manifest.xml', data: xml('<manifest/>') },
    {
      name: 'content.xml',
      data: xml(
        `<office:document-content ${names}><office:automatic-styles>${styles}</office:automatic-styles><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`,
      ),
    },
  ]);
}

/** Builds a book of chapters with a table of contents of EPUB 2. */
export function book(chapters: { file: string; title: string; body: string }[], more: ZipEntry[] = []): Buffer {
  const items = chapters.map(({ file }, index) => `<item id="c${index}" href="${encodeURI(file)}" media-type="application/xhtml+xml"/>`);
  const points = chapters.map(
    ({ file, title }) => `<navPoint><navLabel><text>${title}</text></navLabel><content src="text/${encodeURI(file)}#top"/></navPoint>`,
  );
  return zip([
    { name: 'mimetype', data: 'application/epub+zip' },
    {
      name: 'META-INF/container.xml',
      data: xml('<container><rootfiles><rootfile full-path="OPS/text/book.opf"/></rootfiles></container>'),
    },
    {
      name: 'OPS/text/book.opf',
      data: xml(
        `<package><manifest>${items.join('')}<item id="toc" href="../toc.ncx" media-type="application/x-dtbncx+xml"/></manifest><spine toc="toc">${chapters.map((_, index) => `<itemref idref="c${index}"/>`).join('')}</spine></package>`,
      ),
    },
    { name: 'OPS/toc.ncx', data: xml(`<ncx><navMap>${points.join('')}</navMap></ncx>`) },
    ...chapters.map(({ file, body }) => ({
      name: `OPS/text/${file}`,
      data: xml(`<!DOCTYPE html><html><head><title>The Book</title></head><body>${body}</body></html>`),
    })),
    ...more,
  ]);
}
