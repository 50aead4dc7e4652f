/** A page of a PDF: its content stream, and the pictures that it names, such as `Im0`. */
export interface PdfPageParts {
  content: string;
  pictures?: Record<string, { dictionary: string; data: Uint8Array }>;
  rotate?: number;
  size?: [width: number, height: number];
}

/** Builds a PDF without a cross-reference table, which every reader rebuilds. */
export function pdfDocument(pages: PdfPageParts[]): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.5\n')];
  let last = 2;
  const add = (body: string | Buffer[]) => {
    last += 1;
    parts.push(Buffer.from(`${last} 0 obj\n`), ...(typeof body === 'string' ? [Buffer.from(body)] : body), Buffer.from('\nendobj\n'));
    return last;
  };
  const stream = (dictionary: string, data: Uint8Array) =>
    add([Buffer.from(`<<${dictionary}/Length ${data.length}>>stream\n`), Buffer.from(data), Buffer.from('\nendstream')]);
  const font = add('<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>');
  const numbers = pages.map(({ content, pictures = {}, rotate = 0, size: [width, height] = [612, 792] }) => {
    const named = Object.entries(pictures).map(
      ([name, { dictionary, data }]) => `/${name} ${stream(`/Type/XObject/Subtype/Image${dictionary}`, data)} 0 R`,
    );
    const drawn = stream('', Buffer.from(content));
    return add(
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${width} ${height}]/Rotate ${rotate}/Contents ${drawn} 0 R/Resources<</Font<</F1 ${font} 0 R>>/XObject<<${named.join('')}>>>>>>`,
    );
  });
  parts.push(
    Buffer.from('1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n'),
    Buffer.from(`2 0 obj<</Type/Pages/Count ${pages.length}/Kids[${numbers.map((number) => `${number} 0 R`).join(' ')}]>>endobj\n`),
    Buffer.from(`trailer<</Root 1 0 R/Size ${last + 1}>>\n%%EOF`),
  );
  return Buffer.concat(parts);
}

/** Extracts the JPEG pictures of a PDF as they are stored. */
export function jpegsIn(pdf: Buffer): Buffer[] {
  const found: Buffer[] = [];
  const [start, end] = [Buffer.from('ffd8ff', 'hex'), Buffer.from('endstream')];
  for (let at = pdf.indexOf(start); at >= 0;) {
    const stop = pdf.indexOf(end, at);
    found.push(pdf.subarray(at, stop));
    at = pdf.indexOf(start, stop);
  }
  return found;
}
