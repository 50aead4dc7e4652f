import { parseHTML } from 'linkedom';
import type { ExtractedPage } from './extraction.ts';
import { structureOf, type HtmlNode } from './structure.ts';
import { requireText } from './text.ts';

interface HtmlElement extends HtmlNode {
  querySelectorAll(selector: string): Iterable<HtmlElement>;
}

/** The main part must hold this share of the page's text to stand for the whole. */
const MAIN_SHARE = 0.4;

export async function readHtml(bytes: Uint8Array): Promise<ExtractedPage[]> {
  const start = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
  const encoding = /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(start)?.[1];
  return [{ number: null, text: htmlText(requireText(bytes, encoding)) }];
}

export function htmlText(html: string): string {
  // A fragment without a body would be lost.
  const page = /<body[\s>]/i.test(html) ? html : `<!doctype html><html><body>${html}</body></html>`;
  const { document } = parseHTML(page) as unknown as { document: HtmlElement };
  const [body] = document.querySelectorAll('body');
  const text = structureOf(mainPart(body ?? document));
  const [title] = document.querySelectorAll('head > title');
  const name = title?.textContent?.replace(/\s+/g, ' ').trim();
  return name && !/^# /m.test(text) ? `# ${name}\n\n${text}` : text;
}

/** The article of a page, without menus and footers, where the page marks one and most of its text is there. */
function mainPart(body: HtmlElement): HtmlElement {
  const whole = structureOf(body).length;
  for (const selector of ['main article', 'article', 'main', '[role=main]']) {
    const found = [...body.querySelectorAll(selector)];
    if (found.length === 1 && structureOf(found[0]!).length >= whole * MAIN_SHARE) return found[0]!;
  }
  return body;
}
