import { GraphQLError } from 'graphql';
import { Failure } from '../../schema/errors.ts';
import { LIMITS } from './limits.ts';

/** What a parser's exception means: the text is too long, nested too deeply to be read at all, or not GraphQL. */
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

/** Apollo Server wraps what the parser throws, more than once. */
function innermost(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? innermost(error.originalError) : error;
}
