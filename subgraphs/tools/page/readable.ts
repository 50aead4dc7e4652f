import { parentPort, workerData } from 'node:worker_threads';
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';

export interface Readable {
  title: string | null;
  text: string;
}

/** The subset of the DOM used here. */
interface Element {
  textContent: string | null;
  cloneNode(deep: boolean): Element;
  querySelectorAll(selector: string): Iterable<Element>;
  after(text: string): void;
  remove(): void;
}

const BLOCKS = 'p,div,section,article,header,footer,h1,h2,h3,h4,h5,h6,li,tr,blockquote,pre,table,ul,ol,dl,dt,dd,figure,figcaption,br,hr';
const NOT_TEXT = 'title,script,style,noscript,template,svg,nav,iframe,form,button';
/** Minimum share of the page's text for an article; a smaller one is a teaser. */
const LEAST_SHARE = 0.1;

/** Extracts the article if there is one, else the page without scripts and navigation. */
export function toReadable(html: string): Readable {
  const document = documentOf(html);
  const title = document.querySelector('title')?.textContent?.trim() || null;
  const whole = textOf(document.body);
  const article = new Readability(document).parse();
  const content = article?.content ? textOf(documentOf(article.content).body) : '';
  return { title: article?.title?.trim() || title, text: content.length > whole.length * LEAST_SHARE ? content : whole };
}

/** Wraps a fragment in a document, because `parseHTML` would treat its first element as the document. */
function documentOf(html: string): any {
  return parseHTML(/<html[\s>]/i.test(html) ? html : `<!doctype html><html><body>${html}</body></html>`).document;
}

/** Writes one line per block element, like a browser. */
function textOf(body: Element): string {
  const copy = body.cloneNode(true);
  for (const element of copy.querySelectorAll(NOT_TEXT)) element.remove();
  for (const element of copy.querySelectorAll(BLOCKS)) element.after('\n');
  for (const element of copy.querySelectorAll('td,th')) element.after('\t');
  const lines = (copy.textContent ?? '').split('\n').map((line) => line.replace(/\s+/g, ' ').trim());
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

if (workerData?.html !== undefined) parentPort?.postMessage(toReadable(workerData.html as string));
