import { zip, type ZipEntry } from './zip.ts';
import { relations } from './office.ts';

const NAMESPACES = [
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"',
  'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
  'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
  'xmlns:v="urn:schemas-microsoft-com:vml"',
  'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"',
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
  'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"',
].join(' ');
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml';

const part = (name: string, content: string) => `<?xml version="1.0" encoding="UTF-8"?><w:${name} ${NAMESPACES}>${content}</w:${name}>`;

interface WordParts {
  styles?: string;
  numbering?: string;
  footnotes?: string;
  endnotes?: string;
  comments?: string;
  /** Embedded files, by the id of their relationship. */
  chunks?: { id: string; name: string; mediaType: string; data: string | Uint8Array }[];
}

/** Builds a Word document with this body and the given parts; `rewrite` is applied to each text part last. */
export function wordDocument(body: string, { chunks = [], ...parts }: WordParts = {}, rewrite = (content: string) => content): Buffer {
  const others = Object.entries(parts);
  const overrides = chunks.map(({ name, mediaType }) => `<Override PartName="/word/${name}" ContentType="${mediaType}"/>`);
  const entries: ZipEntry[] = [
    {
      name: '[Content_Types].xml',
      data: `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="${WORD}.document.main+xml"/>${overrides.join('')}</Types>`,
    },
    { name: '_rels/.rels', data: relations(['r1', 'officeDocument', 'word/document.xml']) },
    { name: 'word/document.xml', data: rewrite(part('document', `<w:body>${body}</w:body>`)) },
    {
      name: 'word/_rels/document.xml.rels',
      data: relations(
        ...others.map(([name]): [string, string, string] => [`p-${name}`, name, `${name}.xml`]),
        ...chunks.map(({ id, name }): [string, string, string] => [id, 'aFChunk', name]),
      ),
    },
    ...others.map(([name, content]) => ({ name: `word/${name}.xml`, data: rewrite(part(name, content)) })),
    ...chunks.map(({ name, data }) => ({ name: `word/${name}`, data })),
  ];
  return zip(entries);
}

export const run = (text: string, properties = '') =>
  `<w:r>${properties && `<w:rPr>${properties}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r>`;

/** Builds a paragraph of runs, or of one run with this text. */
export function paragraph(content: string, { style = '', properties = '' } = {}): string {
  const all = (style && `<w:pStyle w:val="${style}"/>`) + properties;
  return `<w:p>${all && `<w:pPr>${all}</w:pPr>`}${content.startsWith('<') ? content : run(content)}</w:p>`;
}

/** Paragraph properties for an item of a list. */
export const inList = (list: number, level = 0) => `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${list}"/></w:numPr>`;

/** Builds a level of a list: its format, its text such as `%1.%2`, and further elements. */
export const listLevel = (index: number, format: string, text: string, more = '') =>
  `<w:lvl w:ilvl="${index}">${more.includes('<w:start ') ? '' : '<w:start w:val="1"/>'}<w:numFmt w:val="${format}"/>${more}<w:lvlText w:val="${text}"/></w:lvl>`;

export const abstractList = (id: number, ...levels: string[]) =>
  `<w:abstractNum w:abstractNumId="${id}">${levels.join('')}</w:abstractNum>`;
export const list = (id: number, abstract: number, more = '') =>
  `<w:num w:numId="${id}"><w:abstractNumId w:val="${abstract}"/>${more}</w:num>`;

/** Builds a style of paragraphs, or of another type. */
export const wordStyle = (id: string, name: string, content = '', type = 'paragraph') =>
  `<w:style w:type="${type}" w:styleId="${id}"><w:name w:val="${name}"/>${content}</w:style>`;
