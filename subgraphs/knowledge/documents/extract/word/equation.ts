import { DOMParser } from 'linkedom';

interface XmlNode {
  nodeType: number;
  nodeName: string;
  textContent: string | null;
  childNodes: Iterable<XmlNode>;
}

const RUN_START = '<w:r><w:t xml:space="preserve">';
const RUN_END = '</w:t></w:r>';

/** Replaces equations by text runs in linear notation: `sin θ = (mλ)/(a)`. */
export function writeEquations(xml: string): string {
  return xml
    .replace(/<m:oMath(?:\s[^>]*)?>([\s\S]*?)<\/m:oMath>/g, (_, inner: string) => RUN_START + escapeXml(linear(inner)) + RUN_END)
    .replace(/<\/?m:oMathPara(?:\s[^>]*)?>|<m:oMathParaPr>[\s\S]*?<\/m:oMathParaPr>/g, '');
}

function linear(inner: string): string {
  const document = new DOMParser().parseFromString(`<m>${inner}</m>`, 'text/xml') as unknown as XmlNode;
  return read(document)
    .replace(/[\u2061-\u2064]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function read(node: XmlNode): string {
  if (node.nodeName === 'm:t') return node.textContent ?? '';
  const part = (name: string) =>
    [...node.childNodes]
      .filter((child) => child.nodeName === name)
      .map(read)
      .join('');
  switch (node.nodeName) {
    case 'm:f':
      return `(${part('m:num')})/(${part('m:den')})`;
    case 'm:sSup':
      return `${part('m:e')}^${group(part('m:sup'))}`;
    case 'm:sSub':
      return `${part('m:e')}_${group(part('m:sub'))}`;
    case 'm:sSubSup':
      return `${part('m:e')}_${group(part('m:sub'))}^${group(part('m:sup'))}`;
    case 'm:rad':
      return `√${part('m:deg') ? `[${part('m:deg')}]` : ''}(${part('m:e')})`;
    case 'm:d':
      return `(${part('m:e')})`;
    case 'm:nary':
      return `∑_${group(part('m:sub'))}^${group(part('m:sup'))} ${part('m:e')}`;
    default:
      return [...node.childNodes]
        .filter((child) => child.nodeType === 1)
        .map(read)
        .join('');
  }
}

function group(text: string): string {
  return text.length > 1 ? `(${text})` : text;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
