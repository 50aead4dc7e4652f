import { parseHTML } from 'linkedom';
import type { ExtractedPage } from './extraction.ts';
import { withoutComments } from './markdown.ts';
import { structureOf, type HtmlNode } from './structure.ts';
import { requireText } from './text.ts';
import type { Warn } from './warnings.ts';

interface HtmlElement extends HtmlNode {
  querySelectorAll(selector: string): Iterable<HtmlElement>;
}

/** The minimum share of the page's text that the main part must have to replace the whole. */
const MAIN_SHARE = 0.4;
/** The maximum size of the head in which an encoding declaration is searched; heads of saved pages can be long. */
const HEAD = 1024 * 1024;

export async function readHtml(bytes: Uint8Array, warn: Warn): Promise<ExtractedPage[]> {
  return [{ number: null, text: htmlText(requireText(bytes, warn, namedEncoding(bytes))) }];
}

/** Returns the encoding declared in a `meta` element or the XML declaration. */
function namedEncoding(bytes: Uint8Array): string | undefined {
  const start = withoutComments(Buffer.from(bytes.subarray(0, HEAD)).toString('latin1'));
  const declared = /^\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]+)/i.exec(start)?.[1];
  return /<meta\b[^<>]{0,500}?\bcharset\s*=\s*["']?\s*([\w.:-]+)/i.exec(start)?.[1] ?? declared;
}

export function htmlText(html: string): string {
  // Structural tags may be missing, repeated or closed too early, so only the elements within them count.
  const inner = withoutComments(html).replace(
    /<\/?(?:html|head|body|frameset|noframes|frame)(?=[\s/>])[^<>]*>|<!doctype[^<>]*>|<\?xml[^<>]*>/gi,
    '',
  );
  const { document } = parseHTML(`<!doctype html><html><body>${inner}</body></html>`) as unknown as { document: HtmlElement };
  const [body] = document.querySelectorAll('body');
  const text = structureOf(mainPart(body ?? document));
  const [title] = document.querySelectorAll('body > title');
  const name = title?.textContent?.replace(/\s+/g, ' ').trim();
  return name && !/^# /m.test(text) ? `# ${name}\n\n${text}` : text;
}

/** Returns the article without menus and footers, if the page marks one and it has most of the text. */
function mainPart(body: HtmlElement): HtmlElement {
  const whole = structureOf(body).length;
  for (const selector of ['main article', 'article', 'main', '[role=main]']) {
    const found = [...body.querySelectorAll(selector)];
    if (found.length === 1 && structureOf(found[0]!).length >= whole * MAIN_SHARE) return found[0]!;
  }
  return body;
}
