/**
 * The catalogue of expected failures: the code (`extensions.code`), a message for people with the next step, whether a
 * retry may succeed, and the HTTP status if one applies.
 */
export const ERRORS = {
  // the caller
  UNAUTHENTICATED: { message: 'Sign in to continue.', retryable: false, status: 401 },
  TOKEN_EXPIRED: { message: 'The access token has expired. Refresh the session and try again.', retryable: true, status: 401 },
  INVALID_CREDENTIALS: { message: 'The e-mail address or the password is wrong.', retryable: false, status: 401 },
  SESSION_REUSED: {
    message: 'This refresh token was used before, so the session was ended. Sign in again.',
    retryable: false,
    status: 401,
  },
  FORBIDDEN: { message: 'Your role does not allow this. Ask an administrator.', retryable: false, status: 403 },
  NOT_FOUND: { message: 'It does not exist, or it is not yours.', retryable: false, status: 404 },
  EMAIL_TAKEN: { message: 'An account with this e-mail address exists. Sign in instead.', retryable: false, status: 409 },
  SIGN_UP_CLOSED: { message: 'Sign-up is closed. Ask an administrator for an account.', retryable: false, status: 403 },
  INVITATION_INVALID: {
    message: 'The invitation was used, has expired, or is for another e-mail address. Ask for a new one.',
    retryable: false,
    status: 403,
  },
  PASSWORD_TOO_WEAK: {
    message: 'The password is easy to guess. Use a longer one, such as four unrelated words.',
    retryable: false,
    status: 400,
  },
  QUOTA_EXCEEDED: {
    message: 'Your quota is used up. Wait until it is renewed, delete what you no longer need, or ask an administrator for more.',
    retryable: false,
    status: 429,
  },
  RATE_LIMITED: { message: 'Too many requests. Wait a moment and try again.', retryable: true, status: 429 },
  // the request
  BAD_REQUEST: { message: 'The request is malformed. Correct it and send it again.', retryable: false, status: 400 },
  BAD_USER_INPUT: { message: 'A value is invalid. Correct it and try again.', retryable: false, status: 400 },
  GRAPHQL_PARSE_FAILED: { message: 'The document is not valid GraphQL.', retryable: false, status: 400 },
  GRAPHQL_VALIDATION_FAILED: { message: 'The document is not valid for the schema.', retryable: false, status: 400 },
  QUERY_TOO_COMPLEX: {
    message: 'The query asks for too much at once. Ask for fewer fields, levels or items.',
    retryable: false,
    status: 400,
  },
  QUERY_NOT_PLANNABLE: {
    message: 'The query could not be planned. Split it into several queries.',
    retryable: false,
    status: 400,
  },
  METHOD_NOT_ALLOWED: { message: 'This address does not support that HTTP method.', retryable: false, status: 405 },
  PAYLOAD_TOO_LARGE: { message: 'The request is too large.', retryable: false, status: 413 },
  CSRF_BLOCKED: { message: 'The request lacks the header that proves it comes from the application.', retryable: false, status: 400 },
  TOO_MANY_SUBSCRIPTIONS: { message: 'Too many subscriptions are open. Close one first.', retryable: true, status: 429 },
  SLOW_CONSUMER: {
    message: 'The client is too slow for this subscription. Subscribe again from the last cursor.',
    retryable: true,
    status: 408,
  },
  IDEMPOTENCY_CONFLICT: { message: 'This idempotency key was used for another request.', retryable: false, status: 409 },
  // conversations
  RUN_ACTIVE: {
    message: 'This conversation has an answer in progress. Stop it or wait until it is complete.',
    retryable: true,
    status: 409,
  },
  RUN_INTERRUPTED: { message: 'The answer was interrupted several times. Regenerate it.', retryable: true, status: 500 },
  RUN_TOO_MANY_TOOL_ROUNDS: {
    message: 'The model called tools too often without answering. Regenerate the answer, or change the assistant.',
    retryable: true,
    status: 500,
  },
  ASSISTANT_DELETED: {
    message: 'The assistant of this conversation was deleted. Start a new conversation.',
    retryable: false,
    status: 409,
  },
  CONTEXT_TOO_LONG: { message: 'The message is too long for the model. Shorten it.', retryable: false, status: 400 },
  // model providers
  PROVIDER_UNAVAILABLE: { message: 'The model provider cannot be reached. Try again.', retryable: true, status: 503 },
  PROVIDER_TIMEOUT: { message: 'The model stopped answering. Regenerate the answer.', retryable: true, status: 504 },
  PROVIDER_RATE_LIMITED: { message: 'The model provider is limiting requests. Try again later.', retryable: true, status: 503 },
  PROVIDER_REFUSED: {
    message: 'The model provider refused the configured key or account. Ask an administrator.',
    retryable: false,
    status: 502,
  },
  PROVIDER_BAD_RESPONSE: {
    message: 'The model provider sent an invalid response. Regenerate the answer, or check the endpoint.',
    retryable: true,
    status: 502,
  },
  PROVIDER_CONTENT_FILTERED: {
    message: 'The content filter of the model provider blocked the answer. Change the message.',
    retryable: false,
    status: 502,
  },
  PROVIDER_EMPTY_ANSWER: { message: 'The model sent no text. Regenerate the answer.', retryable: true, status: 502 },
  MODEL_NOT_FOUND: { message: 'The model is not available at the configured endpoint. Choose another one.', retryable: false, status: 400 },
  // knowledge
  DOCUMENT_TOO_LARGE: { message: 'The file is larger than allowed.', retryable: false, status: 413 },
  DOCUMENT_EMPTY: { message: 'The file is empty.', retryable: false, status: 400 },
  DOCUMENT_TYPE_UNSUPPORTED: {
    message:
      'Files of this type cannot be read. PDF, Word, Excel, PowerPoint, OpenDocument, EPUB, RTF, e-mail, HTML, Markdown, CSV, JSON, XML, notebooks, source code and plain text can.',
    retryable: false,
    status: 415,
  },
  DOCUMENT_TYPE_MISMATCH: {
    message: 'The content of the file does not match its name. Correct the name and add the file again.',
    retryable: false,
    status: 415,
  },
  DOCUMENT_NO_TEXT: {
    message: 'The file has only images of pages, in which no text was recognised. Add a version with recognised text.',
    retryable: false,
    status: 422,
  },
  DOCUMENT_ENCRYPTED: { message: 'The file is protected by a password. Add a version without one.', retryable: false, status: 422 },
  DOCUMENT_BROKEN: {
    message: 'The file is damaged and cannot be read. Save it again and add the new version.',
    retryable: false,
    status: 422,
  },
  DOCUMENT_TOO_COMPLEX: {
    message: 'Reading the file took too much time or memory. Split it into smaller files.',
    retryable: false,
    status: 422,
  },
  EMBEDDING_REFUSED: {
    message: 'The embedding model rejected the text. Ask an administrator to check its settings.',
    retryable: false,
    status: 502,
  },
  UPLOAD_EXPIRED: { message: 'The upload URL was used or has expired. Add the document again.', retryable: false, status: 410 },
  // tools
  TOOL_BAD_ARGUMENTS: { message: 'The arguments are not valid for the tool.', retryable: false, status: 400 },
  TOOL_BLOCKED: { message: 'The address is not allowed: only public web pages can be read.', retryable: false, status: 403 },
  TOOL_ADDRESS_NOT_NAMED: { message: 'The address was not named by the person. Ask them to write it.', retryable: false, status: 403 },
  TOOL_FAILED: { message: 'The tool failed.', retryable: true, status: 502 },
  TOOL_TIMEOUT: { message: 'The tool exceeded its time limit.', retryable: true, status: 504 },
  // the platform
  DEPENDENCY_UNAVAILABLE: { message: 'A component of the server is unavailable. Try again in a moment.', retryable: true, status: 503 },
  SHUTTING_DOWN: { message: 'This instance is shutting down. Connect again.', retryable: true, status: 503 },
  INTERNAL: { message: 'An internal error occurred. Try again, or report it with the request id.', retryable: true, status: 500 },
} as const satisfies Record<string, { message: string; retryable: boolean; status: number }>;

export type ErrorCode = keyof typeof ERRORS;

/** An expected failure. `detail` is shown to the caller, so it never holds secrets, SQL or paths. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly retryable: boolean;

  readonly code: ErrorCode;
  readonly detail: { reason?: string; [key: string]: unknown };

  constructor(code: ErrorCode, detail: { reason?: string; [key: string]: unknown } = {}, options?: ErrorOptions) {
    super(detail.reason ?? ERRORS[code].message, options);
    this.code = code;
    this.detail = detail;
    this.retryable = ERRORS[code].retryable;
  }

  /** The `extensions` of the GraphQL error. */
  get extensions(): Record<string, unknown> {
    const { reason: _, ...detail } = this.detail;
    return { ...detail, code: this.code, retryable: this.retryable };
  }
}
