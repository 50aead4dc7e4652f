import { GraphQLError } from 'graphql';
import { Failure } from '../../schema/errors.ts';
import { LIMITS } from './limits.ts';

/** Maps an exception of the parser: too many tokens, nesting that overflows the stack, or a syntax error. */
export function parseFailure(error: unknown): unknown {
  const cause = innermost(error);
  if (cause instanceof RangeError) return new Failure('QUERY_TOO_COMPLEX', { reason: 'The document is nested too deeply.' }, { cause });
  if (!(error instanceof GraphQLError)) return error;
  if (/more tha[tn] \d+ tokens/.test(error.message)) {
    return new Failure(
      'QUERY_TOO_COMPLEX',
      { reason: `The document is longer than ${LIMITS.tokens} words and signs.`, limit: LIMITS.tokens },
      { cause },
    );
  }
  const { message, source, positions } = error;
  return new GraphQLError(message, { source, positions, extensions: { code: 'GRAPHQL_PARSE_FAILED' } });
}

/** Apollo Server wraps exceptions of the parser, sometimes twice. */
function innermost(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? innermost(error.originalError) : error;
}
