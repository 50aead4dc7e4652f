import { childOf, descendantsOf, textOf, type XmlElement } from '../xml.ts';
import { tableText } from './table-text.ts';

const MAX_POINTS = 500;

/** Writes a chart as a table of its values, from the cached copy in the file. */
export function chartText(root: XmlElement): string {
  const title = descendantsOf(childOf(root, 'chart', 'title') ?? root, 't')
    .map(textOf)
    .join('');
  const series = descendantsOf(root, 'ser').map((one) => ({
    name: points(childOf(one, 'tx'))[0] ?? '',
    categories: points(childOf(one, 'cat') ?? childOf(one, 'xVal')),
    values: points(childOf(one, 'val') ?? childOf(one, 'yVal')),
  }));
  const [first] = series;
  if (!first) return title;
  const rows = first.values.map((_, index) => [first.categories[index] ?? '', ...series.map(({ values }) => values[index] ?? '')]);
  const table = tableText([['', ...series.map(({ name }) => name)], ...rows]);
  return [childOf(root, 'chart', 'title') && title, table].filter(Boolean).join('\n\n');
}

function points(source: XmlElement | undefined): string[] {
  const list: string[] = [];
  for (const point of source ? descendantsOf(source, 'pt') : []) {
    const index = Number(point.attributes['idx']);
    if (index >= 0 && index < MAX_POINTS) list[index] = textOf(childOf(point, 'v') ?? point);
  }
  return Array.from(list, (value) => value ?? '');
}
