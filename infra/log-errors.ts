/** Error fields that locate the fault and contain no user content. */
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
/** SQLSTATE classes whose messages repeat values: data exceptions and those raised by functions. */
const WITH_VALUES = /^(22|P0)/;
const MAX_CAUSES = 5;

interface ErrorFields {
  name?: unknown;
  message?: unknown;
  stack?: unknown;
  cause?: unknown;
  errors?: unknown;
  detail?: unknown;
  [field: string]: unknown;
}

/**
 * Serialises an error for the log. Database errors contain the statement, its parameters and the conflicting row
 * (`detail`), so only allowed fields are included, for errors of any library.
 */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error))
    return typeof error === 'object' && error !== null ? { type: 'object', ...chosen(error as ErrorFields) } : error;
  const fields = error as unknown as ErrorFields;
  const message = messageOf(fields);
  const described: Record<string, unknown> = {
    type: error.name,
    message,
    ...chosen(fields),
    stack: stackOf(error.name, message, fields.stack),
  };
  if (depth >= MAX_CAUSES) return described;
  if (fields.cause !== undefined) described['cause'] = describeError(fields.cause, depth + 1);
  if (Array.isArray(fields.errors)) described['errors'] = fields.errors.slice(0, MAX_CAUSES).map((each) => describeError(each, depth + 1));
  return described;
}

function chosen(error: ErrorFields): Record<string, unknown> {
  const found: Record<string, unknown> = Object.fromEntries(
    FIELDS.filter((name) => ['string', 'number', 'boolean'].includes(typeof error[name])).map((name) => [name, error[name]]),
  );
  // `detail` is an object in our errors; PostgreSQL's is a sentence with values of a row.
  if (typeof error.detail === 'object' && error.detail !== null) found['detail'] = error.detail;
  return found;
}

function messageOf({ message, code }: ErrorFields): string {
  const text = String(message ?? '');
  return typeof code === 'string' && SQLSTATE.test(code) && WITH_VALUES.test(code) ? text.replace(/"[\s\S]*"|: [\s\S]*$/, ': …') : text;
}

/** Returns the frames under the redacted message, since the first lines of a stack repeat the original one. */
function stackOf(name: string, message: string, stack: unknown): string {
  const frames = String(stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return [`${name}: ${message}`, ...frames].join('\n');
}
