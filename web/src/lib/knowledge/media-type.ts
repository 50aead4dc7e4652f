/** What can be read, by the ending of the name; `accept` of the file picker and the words beside the drop zone come from here. */
const READABLE: Record<string, { mediaType: string; name: string }> = {
  pdf: { mediaType: 'application/pdf', name: 'PDF' },
  docx: { mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', name: 'Word' },
  html: { mediaType: 'text/html', name: 'HTML' },
  htm: { mediaType: 'text/html', name: 'HTML' },
  md: { mediaType: 'text/markdown', name: 'Markdown' },
  markdown: { mediaType: 'text/markdown', name: 'Markdown' },
  csv: { mediaType: 'text/csv', name: 'CSV' },
  txt: { mediaType: 'text/plain', name: 'Plain text' },
};

export const ACCEPT = Object.keys(READABLE)
  .map((ending) => `.${ending}`)
  .join(',');

export const READABLE_NAMES = 'PDF, Word, HTML, Markdown, CSV and plain text';

/** Undefined where the file cannot be read. The ending decides, because browsers guess types differently. */
export function mediaTypeOf(fileName: string): string | undefined {
  const ending = fileName.split('.').at(-1)?.toLowerCase() ?? '';
  return READABLE[ending]?.mediaType;
}

export function mediaTypeName(mediaType: string): string {
  return Object.values(READABLE).find((readable) => readable.mediaType === mediaType)?.name ?? mediaType;
}
