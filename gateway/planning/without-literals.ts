import { Kind, parse, print, visit } from 'graphql';

const MAX_LENGTH = 4_000;

/** Returns a document for the log without its literals, which may be personal data. */
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
    return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  } catch {
    return 'unreadable';
  }
}
