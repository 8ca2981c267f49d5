import { checkOptions } from '../errors/check-options.ts'
import type { Mode } from '../settings/mode.ts'

/**
 * Every limit on a request and its connection, request timeouts included. All of them are on by default.
 *
 * `app({ limits })` sets them for the app, `serve(api, { limits })` for one server. A route may have its own `maxBody`
 * and `deadline`.
 */
export interface Limits {
  /** Bytes of a request body, counted as it streams; more is a 413. Default 1 048 576 (1 MiB). */
  readonly body: number
  /** Characters of path and query string; more is a 414. Default 8192. */
  readonly url: number
  /** Parameters of a query string, names that repeat included; more is a 414. Default 1000. */
  readonly queryParameters: number
  /** Levels of nesting in a JSON body; more is a 400. Default 64. */
  readonly jsonDepth: number
  /** Keys of one object in a JSON body; more is a 400. Default 10 000. */
  readonly jsonKeys: number
  /** The request timeout: milliseconds until the response must be ready, else 503; 0 for no timeout. Default 30 000. */
  readonly deadline: number
  /** Bytes of the request line and all headers together; more is a 431. Default 16 384. */
  readonly headers: number
  /** Timeout for the headers to arrive, in milliseconds; later is a 408. Default 15 000. */
  readonly headersTimeout: number
  /** Timeout for headers and body to arrive, in milliseconds; later is a 408. Default 55 000. */
  readonly requestTimeout: number
  /**
   * Keep-alive timeout: milliseconds that a connection may be idle between requests.
   *
   * Default 65 000, which is longer than the 60 s of most load balancers.
   */
  readonly keepAliveTimeout: number
  /** Milliseconds in which a client must read some of a waiting response, else it is disconnected. Default 30 000. */
  readonly readTimeout: number
  /** Milliseconds between two checks of the timeouts above. Default 1000. */
  readonly checkInterval: number
  /**
   * Requests that may wait for their response at the same time; more are a 503. Default 1000; 0 for no limit.
   *
   * Open streams and health checks do not count.
   */
  readonly inFlight: number
  /** Sockets that may be open at the same time; more are a 503. Default 10 000; 0 for no limit. */
  readonly sockets: number
  /** Uploads to disk that are received at the same time; the others wait unread. Default 100; 0 for no limit. */
  readonly uploads: number
  /**
   * Milliseconds that a turn of the event loop may take; 0 for no limit.
   *
   * Default 100 in production. Elsewhere 0: an embedded database works in the same event loop.
   *
   * While turns take longer, new requests are a 503 until the server keeps up again (load shedding).
   */
  readonly eventLoopDelay: number
}

/** The limits of an app and a server that set none, in development. */
export const defaultLimits: Limits = {
  body: 1_048_576,
  url: 8192,
  queryParameters: 1000,
  jsonDepth: 64,
  jsonKeys: 10_000,
  deadline: 30_000,
  headers: 16_384,
  headersTimeout: 15_000,
  requestTimeout: 55_000,
  keepAliveTimeout: 65_000,
  readTimeout: 30_000,
  checkInterval: 1000,
  inFlight: 1000,
  sockets: 10_000,
  uploads: 100,
  eventLoopDelay: 0,
}

/** The limits that are other ones in production. */
const productionLimits: Partial<Limits> = { eventLoopDelay: 100 }

/** Adds the defaults of the mode to the limits that are set. */
export const completeLimits = (set: Partial<Limits> | undefined, mode: Mode): Limits => ({
  ...defaultLimits,
  ...(mode === 'production' && productionLimits),
  ...set,
})

// The defaults name every limit, so no other list of names is needed.
const limitNames = Object.fromEntries(
  Object.keys(defaultLimits).map((name) => [name, true as const]),
)

/** @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: one of them does not exist */
export const checkLimits = (limits: Partial<Limits> | undefined, where: string): void =>
  checkOptions(limits, limitNames, where)
