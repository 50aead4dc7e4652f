const ADDRESS = /https?:\/\/[^\s<>"`\\^{}|。，、）」』】》]{1,2000}/giu;
/** Boundaries of a host without a scheme. */
const BETWEEN_WORDS = /[\s<>"'`()[\]{}|\\^,;。，、（）「」『』【】《》]+/u;
/** Scripts without a space between a host and the next word. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/u;
const HOST = /^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+(?::\d{1,5})?(?=$|[/?#])/u;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const MAX_TRAILING = 4;

/** Finds URLs in a text, and hosts without a scheme. Ignores e-mail addresses. */
export function addressesIn(text: string): URL[] {
  const whole = text.match(ADDRESS) ?? [];
  const rest = text.replace(ADDRESS, ' ').split(BETWEEN_WORDS);
  const bare = rest.filter((word) => word.includes('.') && word.length <= 2000).flatMap((word) => [word, ...word.split(UNSPACED)]);
  return [
    ...whole.flatMap(endings).flatMap(parse),
    ...bare
      .map(trim)
      .filter(isHost)
      .flatMap((word) => parse(`http://${word}`)),
  ];
}

/** Returns a URL with and without trailing punctuation, which may belong to either the URL or the sentence. */
function endings(address: string): string[] {
  const read = [address, ...address.split(/[)\]]/, 1)];
  let rest = address;
  for (let cut = 0; cut < MAX_TRAILING && /[.,:;!?'’”)\]*_~]$/u.test(rest); cut++) read.push((rest = rest.slice(0, -1)));
  return read;
}

function trim(word: string): string {
  return word.replace(/^[.:*_~'’“”]+|[.:!?*_~'’“”…]+$/gu, '');
}

/** Returns false for `3.14`, which a URL parser would accept as an IPv4 address. */
function isHost(word: string): boolean {
  const host = HOST.exec(word)?.[0].replace(/:\d+$/, '');
  if (!host) return false;
  return IPV4.test(host) || /\p{L}/u.test(host.slice(host.lastIndexOf('.')));
}

/** Ignores user information before an `@`, which imitates a host. */
function parse(address: string): URL[] {
  if (!URL.canParse(address)) return [];
  const url = new URL(address);
  return url.username || url.password ? [] : [url];
}
