/** What a connection may cost before a handler sees anything of it: every limit is on by default. */
export interface ServerLimits {
  /** Bytes of the request line and all headers together; more is 431. Default 16 384. */
  readonly headers: number
  /** Characters of path and query; more is 414. Default 8192. */
  readonly url: number
  /** Milliseconds for the headers to arrive; later is 408. Default 15 000. */
  readonly headersTimeout: number
  /** Milliseconds for headers and body to arrive; later is 408. Default 55 000. */
  readonly requestTimeout: number
  /** Milliseconds that a connection may be idle between requests: longer than most load balancers' 60 s. Default 65 000. */
  readonly keepAliveTimeout: number
  /** Milliseconds in which a client must take some of a waiting answer, else it is cut off. Default 30 000. */
  readonly readTimeout: number
  /** Milliseconds between two looks at the clocks above. Default 1000. */
  readonly checkInterval: number
}

/** The limits of a server that sets none. */
export const serverLimits: ServerLimits = {
  headers: 16_384,
  url: 8192,
  headersTimeout: 15_000,
  requestTimeout: 55_000,
  keepAliveTimeout: 65_000,
  readTimeout: 30_000,
  checkInterval: 1000,
}
