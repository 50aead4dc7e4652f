import { Kind, parse, print, visit } from 'graphql';

const LONGEST = 4_000;

/** The document with its values left out, for the log: they are what a person wrote. */
export function withoutLiterals(query: string): string {
  const masked = (kind: 'string' | 'number') => () => ({ kind: Kind.ENUM, value: `_${kind}` });
  try {
    const text = print(
      visit(parse(query, { noLocation: true }), {
        StringValue: masked('string'),
        IntValue: masked('number'),
        FloatValue: masked('number'),
      }),
    );
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  } catch {
    return 'unreadable';
  }
}
