/**
 * Numbers the shown sources 1, 2, 3 in the order of their first citation. The numbers in the text are those of all retrieved
 * passages. While the sources are unknown, every cited number counts.
 */
export function countSources(order: string, citations: readonly { number: number }[] | undefined): Map<number, number> {
  const named = order.split(' ').filter(Boolean).map(Number);
  if (!citations) return counted(named);
  const known = new Set(citations.map(({ number }) => number));
  return counted([...named.filter((number) => known.has(number)), ...known]);
}

function counted(numbers: readonly number[]): Map<number, number> {
  return new Map([...new Set(numbers)].map((number, at) => [number, at + 1]));
}
