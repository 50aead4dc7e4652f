import { GraphQLError } from 'graphql';

/**
 * Messages of graphql-js and graphql-scalars that hold what was given, and what is left of them. Each is anchored at its
 * start: a value may be long, and may look like a message.
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
/** What `coerceInputValue` puts before the message of a scalar. */
const SCALAR_PREFIX = /^Expected type "\w+"\. /;

/** The message of a GraphQL library without the values that it repeats: a password may be among them. */
export function withoutValues(message: string): string {
  return QUOTES.reduce((text, [quote, rest]) => text.replace(quote, rest), message);
}

/** An error of `getVariableValues` that names the place in the variables, and not what stands there. */
export function withoutInput(error: GraphQLError): GraphQLError {
  const { message, originalError, nodes } = error;
  const [, variable] = /^Variable "\$(\w+)" got invalid value /.exec(message) ?? [];
  if (!variable || !originalError) return error;
  const prefix = message.slice(0, message.length - originalError.message.length);
  const [, place = variable] = / at "([\w.[\]]+)"; $/.exec(prefix) ?? [];
  return new GraphQLError(`Variable "$${place}": ${withoutValues(originalError.message.replace(SCALAR_PREFIX, ''))}`, { nodes });
}
