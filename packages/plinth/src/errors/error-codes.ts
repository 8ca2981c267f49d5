/** The HTTP status and the problem title of one of Plinth's own errors. */
export interface CodeEntry {
  /** HTTP status of the response; 0 for a startup error, which never becomes a response. */
  readonly status: number
  /** The `title` of the problem document: the same for every occurrence. */
  readonly title: string
}

/**
 * The registry of error codes. `docs/errors.md` lists the same codes, and a test compares the two.
 *
 * A code is never renamed, and never reused for another error.
 */
export const errorCodes = {
  // the caller's mistakes
  PLINTH_BAD_REQUEST: { status: 400, title: 'Bad request' },
  PLINTH_MALFORMED_BODY: { status: 400, title: 'The body cannot be read' },
  PLINTH_MALFORMED_URL: { status: 400, title: 'The URL cannot be read' },
  PLINTH_DUPLICATE_HEADER: { status: 400, title: 'A header was sent twice' },
  PLINTH_IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    title: 'The Idempotency-Key is missing or invalid',
  },
  PLINTH_UNAUTHORIZED: { status: 401, title: 'Not authenticated' },
  PLINTH_INVALID_TOKEN: { status: 401, title: 'The token was refused' },
  PLINTH_INVALID_CREDENTIALS: { status: 401, title: 'The credentials were refused' },
  PLINTH_FORBIDDEN: { status: 403, title: 'Not allowed' },
  PLINTH_ORIGIN_REFUSED: { status: 403, title: 'Origin not allowed' },
  PLINTH_INSUFFICIENT_SCOPE: { status: 403, title: 'Insufficient scope' },
  PLINTH_NOT_FOUND: { status: 404, title: 'Not found' },
  PLINTH_ROUTE_NOT_FOUND: { status: 404, title: 'No such route' },
  PLINTH_METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed' },
  PLINTH_REQUEST_TIMEOUT: { status: 408, title: 'The request took too long to arrive' },
  PLINTH_CONFLICT: { status: 409, title: 'Conflict' },
  PLINTH_UNIQUE_VIOLATION: { status: 409, title: 'A record with this value already exists' },
  PLINTH_FOREIGN_KEY_VIOLATION: {
    status: 409,
    title: 'A referenced record does not exist, or is still in use',
  },
  PLINTH_SERIALIZATION_FAILURE: { status: 409, title: 'Conflicting changes at the same time' },
  PLINTH_IDEMPOTENCY_IN_FLIGHT: {
    status: 409,
    title: 'A request with this Idempotency-Key is still in progress',
  },
  PLINTH_PRECONDITION_FAILED: { status: 412, title: 'The record has changed since you read it' },
  PLINTH_CONTENT_TOO_LARGE: { status: 413, title: 'The body is too large' },
  PLINTH_URI_TOO_LONG: { status: 414, title: 'The URL is too long' },
  PLINTH_UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Unsupported content type' },
  PLINTH_VALIDATION_FAILED: { status: 422, title: 'Validation failed' },
  PLINTH_CHECK_VIOLATION: { status: 422, title: 'The database refused a value' },
  PLINTH_IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'This Idempotency-Key belongs to another request',
  },
  PLINTH_UPGRADE_REQUIRED: { status: 426, title: 'This path is a WebSocket' },
  PLINTH_TOO_MANY_REQUESTS: { status: 429, title: 'Too many requests' },
  PLINTH_HEADERS_TOO_LARGE: { status: 431, title: 'The headers are too large' },
  // failures of the service
  PLINTH_INTERNAL: { status: 500, title: 'Internal error' },
  PLINTH_SOCKETS_UNSUPPORTED: { status: 501, title: 'This server cannot upgrade to WebSocket' },
  PLINTH_RESPONSE_INVALID: { status: 500, title: 'Internal error' },
  PLINTH_UNAVAILABLE: { status: 503, title: 'Temporarily unavailable' },
  PLINTH_OVERLOADED: { status: 503, title: 'Too many requests at the same time' },
  PLINTH_DATABASE_UNAVAILABLE: { status: 503, title: 'The database cannot be reached' },
  PLINTH_DATABASE_BUSY: { status: 503, title: 'The database is busy' },
  PLINTH_DATABASE_FULL: { status: 503, title: 'The database has no space left' },
  PLINTH_CHANNEL_GAP: { status: 503, title: 'Messages may have been missed' },
  PLINTH_KEYS_UNREACHABLE: { status: 503, title: 'The token keys cannot be loaded' },
  PLINTH_AUTH_TABLES_UNREADABLE: { status: 503, title: 'The sessions cannot be read' },
  PLINTH_SHUTTING_DOWN: { status: 503, title: 'Shutting down' },
  PLINTH_DEADLINE_EXCEEDED: { status: 503, title: 'The request took too long' },
  // mistakes in the code or the configuration, thrown at startup
  PLINTH_MODEL_INVALID: { status: 0, title: 'Invalid model declaration' },
  PLINTH_DEPENDENCY_INVALID: { status: 0, title: 'Invalid dependency declaration' },
  PLINTH_ROUTE_INVALID: { status: 0, title: 'Invalid route declaration' },
  PLINTH_CATCH_INVALID: { status: 0, title: 'Invalid catch of exceptions' },
  PLINTH_OPENAPI_INVALID: { status: 0, title: 'Invalid description of the API' },
  PLINTH_PROBLEMS_INVALID: { status: 0, title: 'Invalid format of error responses' },
  PLINTH_OPTION_UNKNOWN: { status: 0, title: 'Unknown option' },
  PLINTH_SETTINGS_INVALID: { status: 0, title: 'A setting is missing or invalid' },
  PLINTH_PORT_IN_USE: { status: 0, title: 'The port is in use' },
  PLINTH_CORS_UNSAFE: { status: 0, title: 'The CORS options are unsafe' },
  PLINTH_AUTH_INVALID: { status: 0, title: 'Invalid authentication options' },
  PLINTH_DATABASE_URL_INVALID: { status: 0, title: 'Invalid database URL' },
  PLINTH_DATABASE_LOCKED: { status: 0, title: 'The data directory is in use' },
  PLINTH_DATABASE_DAMAGED: { status: 0, title: 'The data directory cannot be opened' },
  PLINTH_DATABASE_NESTED: { status: 500, title: 'Internal error' },
  PLINTH_WRITE_UNBOUNDED: { status: 500, title: 'Internal error' },
  PLINTH_WRITE_NOT_RUN: { status: 500, title: 'Internal error' },
  PLINTH_RELATIONS_MISSING: { status: 500, title: 'Internal error' },
  PLINTH_STATEMENT_REFUSED: { status: 500, title: 'Internal error' },
  PLINTH_TRANSACTION_ABORTED: { status: 500, title: 'Internal error' },
  PLINTH_TRANSACTION_CLOSED: { status: 500, title: 'Internal error' },
  PLINTH_CHANNEL_INVALID: { status: 500, title: 'Internal error' },
  PLINTH_CHANNEL_POOLED: { status: 500, title: 'Internal error' },
  PLINTH_LIVE_INVALID: { status: 500, title: 'Internal error' },
  PLINTH_IDEMPOTENCY_TRANSACTION: { status: 500, title: 'Internal error' },
  PLINTH_LIMITS_INVALID: { status: 0, title: 'Invalid rate limit' },
  PLINTH_TABLES_MISSING: { status: 0, title: "Plinth's own tables are missing" },
  PLINTH_AFTER_INVALID: { status: 500, title: 'Internal error' },
  PLINTH_DATABASE_DRIVER_MISSING: { status: 0, title: 'The database driver is not installed' },
  PLINTH_WEBSOCKETS_MISSING: { status: 0, title: 'The package for WebSockets is not installed' },
  PLINTH_ROWS_UNPROTECTED: { status: 0, title: 'Rows are not protected from other users' },
  PLINTH_MIGRATION_FAILED: { status: 0, title: 'A migration failed' },
  PLINTH_MIGRATION_UNSAFE: { status: 0, title: 'A migration is unsafe' },
  PLINTH_MIGRATION_CHANGED: { status: 0, title: 'An applied migration was edited' },
  PLINTH_MIGRATION_UNCLEAR: { status: 0, title: 'An ambiguous schema change' },
  PLINTH_BASELINE_REFUSED: { status: 0, title: 'The database differs from the models' },
  PLINTH_PROJECT_INVALID: { status: 0, title: 'The service cannot be loaded' },
  PLINTH_JOB_INVALID: { status: 500, title: 'Internal error' },
  PLINTH_JOBS_UNAVAILABLE: { status: 500, title: 'Internal error' },
  PLINTH_MCP_INVALID: { status: 500, title: 'Internal error' },
  PLINTH_MCP_UNAVAILABLE: { status: 500, title: 'Internal error' },
  PLINTH_COMMAND_REFUSED: { status: 0, title: 'The command was refused' },
} as const satisfies Record<string, CodeEntry>

/** One of Plinth's own error codes. */
export type Code = keyof typeof errorCodes
