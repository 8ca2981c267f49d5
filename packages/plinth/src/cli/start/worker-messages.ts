/** The messages between a worker and the primary process. */
export const workerMessages = {
  /** A worker serves. */
  ready: 'plinth:ready',
  /** A worker's event loop turns: a heartbeat. */
  alive: 'plinth:alive',
  /** A new worker serves in place of this one, which drains. */
  replaced: 'plinth:replaced',
  /** A worker holds back its responses, so that no client connects to it again. */
  quiet: 'plinth:quiet',
  /** All workers hold back their responses. */
  allQuiet: 'plinth:all-quiet',
  /** A worker accepts no more connections. */
  closed: 'plinth:closed',
  /** No worker accepts connections. */
  allClosed: 'plinth:all-closed',
} as const

/** The reply to a message, sent once every worker that stops has sent that message. */
export const replies: Readonly<Record<string, string>> = {
  [workerMessages.quiet]: workerMessages.allQuiet,
  [workerMessages.closed]: workerMessages.allClosed,
}

/** Milliseconds between two heartbeats. */
export const heartbeat = 1000
