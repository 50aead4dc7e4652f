/** Display names of formats by file extension. */
const READABLE: Record<string, { mediaType: string; name: string }> = {
  pdf: { mediaType: 'application/pdf', name: 'PDF' },
  docx: { mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', name: 'Word' },
  docm: { mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', name: 'Word' },
  xlsx: { mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', name: 'Excel' },
  xlsm: { mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', name: 'Excel' },
  pptx: { mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation', name: 'PowerPoint' },
  pptm: { mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation', name: 'PowerPoint' },
  ppsx: { mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation', name: 'PowerPoint' },
  odt: { mediaType: 'application/vnd.oasis.opendocument.text', name: 'OpenDocument text' },
  ods: { mediaType: 'application/vnd.oasis.opendocument.spreadsheet', name: 'OpenDocument spreadsheet' },
  odp: { mediaType: 'application/vnd.oasis.opendocument.presentation', name: 'OpenDocument presentation' },
  epub: { mediaType: 'application/epub+zip', name: 'EPUB' },
  rtf: { mediaType: 'application/rtf', name: 'RTF' },
  eml: { mediaType: 'message/rfc822', name: 'E-mail' },
  msg: { mediaType: 'application/vnd.ms-outlook', name: 'Outlook message' },
  mht: { mediaType: 'multipart/related', name: 'Saved web page' },
  mhtml: { mediaType: 'multipart/related', name: 'Saved web page' },
  ipynb: { mediaType: 'application/x-ipynb+json', name: 'Notebook' },
  json: { mediaType: 'application/json', name: 'JSON' },
  jsonl: { mediaType: 'application/jsonl', name: 'JSON Lines' },
  ndjson: { mediaType: 'application/jsonl', name: 'JSON Lines' },
  xml: { mediaType: 'application/xml', name: 'XML' },
  html: { mediaType: 'text/html', name: 'HTML' },
  htm: { mediaType: 'text/html', name: 'HTML' },
  md: { mediaType: 'text/markdown', name: 'Markdown' },
  markdown: { mediaType: 'text/markdown', name: 'Markdown' },
  csv: { mediaType: 'text/csv', name: 'CSV' },
  txt: { mediaType: 'text/plain', name: 'Plain text' },
};

/** Extensions of files without text, which are rejected before upload. */
const UNREADABLE =
  /\.(png|jpe?g|gif|webp|bmp|tiff?|heic|svg|ico|psd|mp[34]|m4[av]|wav|ogg|flac|avi|mov|mkv|webm|zip|gz|tgz|7z|rar|tar|exe|dll|dmg|iso|bin|jar|xlsb|pages|numbers|key|woff2?|ttf|otf)$/i;

export const READABLE_NAMES =
  'PDF, Office and OpenDocument files, EPUB, e-mail, web pages, Markdown, CSV, JSON, source code and plain text';

/** Undefined where the file cannot be read. Browsers guess types differently, so the ending decides; without a known one, the content does. */
export function mediaTypeOf(fileName: string): string | undefined {
  const ending = fileName.split('.').at(-1)?.toLowerCase() ?? '';
  return READABLE[ending]?.mediaType ?? (UNREADABLE.test(fileName) ? undefined : 'application/octet-stream');
}

export function mediaTypeName(mediaType: string): string {
  return (
    Object.values(READABLE).find((readable) => readable.mediaType === mediaType)?.name ??
    (mediaType === 'text/x-source' ? 'Source code' : mediaType)
  );
}
