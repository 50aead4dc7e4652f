import { GraphQLError } from 'graphql';

/**
 * Messages of graphql-js and graphql-scalars that quote input, with replacements. All patterns are anchored at the start,
 * because a value may be long and may look like a message.
 */
const QUOTES: readonly (readonly [RegExp, string])[] = [
  [/^(Variable "\$\w+") got invalid value .*$/s, '$1 got an invalid value.'],
  [/^(Argument "\w+" has invalid value) .*$/s, '$1.'],
  [/^(Expected value of type "[^"]*"), found .*$/s, '$1.'],
  [/^(\w+ cannot represent an invalid [\w-]+)\b.*$/s, '$1.'],
  [/^((?:\w+|Enum "\w+") cannot represent [^:]*): .*$/s, '$1.'],
  [/^Value ".*" does not exist in "(\w+)" enum\..*$/s, 'The value does not exist in "$1" enum.'],
  [/^(Syntax Error: (?:Unexpected|Expected [^,]*, found) (?:BlockString|String|Int|Float)) ".*$/s, '$1.'],
  [/^(Syntax Error: Invalid (?:Unicode|character) escape sequence): .*$/s, '$1.'],
];
/** Prefix that `coerceInputValue` adds to the message of a scalar. */
const SCALAR_PREFIX = /^Expected type "\w+"\. /;

/** Removes quoted values from the message of a GraphQL library: they may contain a password. */
export function withoutValues(message: string): string {
  return QUOTES.reduce((text, [quote, rest]) => text.replace(quote, rest), message);
}

/** Rewrites an error of `getVariableValues` so that it has the path of the variable but not its value. */
export function withoutInput(error: GraphQLError): GraphQLError {
  const { message, originalError, nodes } = error;
  const [, variable] = /^Variable "\$(\w+)" got invalid value /.exec(message) ?? [];
  if (!variable || !originalError) return error;
  const prefix = message.slice(0, message.length - originalError.message.length);
  const [, path = variable] = / at "([\w.[\]]+)"; $/.exec(prefix) ?? [];
  return new GraphQLError(`Variable "$${path}": ${withoutValues(originalError.message.replace(SCALAR_PREFIX, ''))}`, { nodes });
}
