/** Fields of an error that say where and what, and hold nothing that a person wrote. */
const FIELDS = [
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'status',
  'statusCode',
  'severity',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'routine',
  'retryable',
];
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Classes of SQLSTATE whose messages repeat the value that did not fit: of data, and those that functions raise. */
const WITH_VALUES = /^(22|P0)/;
const MOST_CAUSES = 5;

interface Told {
  name?: unknown;
  message?: unknown;
  stack?: unknown;
  cause?: unknown;
  errors?: unknown;
  detail?: unknown;
  [field: string]: unknown;
}

/**
 * An error as the log has it. Errors of a database carry the statement, its parameters and the row that was in the way
 * (`detail`), so only chosen fields are taken, whatever library made the error.
 */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'object' && error !== null ? { type: 'object', ...chosen(error as Told) } : error;
  const told = error as unknown as Told;
  const message = messageOf(told);
  const described: Record<string, unknown> = {
    type: error.name,
    message,
    ...chosen(told),
    stack: stackOf(error.name, message, told.stack),
  };
  if (depth >= MOST_CAUSES) return described;
  if (told.cause !== undefined) described['cause'] = describeError(told.cause, depth + 1);
  if (Array.isArray(told.errors)) described['errors'] = told.errors.slice(0, MOST_CAUSES).map((each) => describeError(each, depth + 1));
  return described;
}

function chosen(error: Told): Record<string, unknown> {
  const found: Record<string, unknown> = Object.fromEntries(
    FIELDS.filter((name) => ['string', 'number', 'boolean'].includes(typeof error[name])).map((name) => [name, error[name]]),
  );
  // Ours is an object; PostgreSQL's is a sentence with the values of a row.
  if (typeof error.detail === 'object' && error.detail !== null) found['detail'] = error.detail;
  return found;
}

function messageOf({ message, code }: Told): string {
  const text = String(message ?? '');
  return typeof code === 'string' && SQLSTATE.test(code) && WITH_VALUES.test(code) ? text.replace(/"[\s\S]*"|: [\s\S]*$/, ': …') : text;
}

/** Its first lines repeat the message. */
function stackOf(name: string, message: string, stack: unknown): string {
  const frames = String(stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return [`${name}: ${message}`, ...frames].join('\n');
}
