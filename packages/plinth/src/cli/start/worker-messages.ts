/** The messages between a worker and the primary process. */
export const workerMessages = {
  /** A worker serves. */
  ready: 'plinth:ready',
  /** A worker holds back its responses, so that no client connects to it again. */
  quiet: 'plinth:quiet',
  /** All workers hold back their responses. */
  allQuiet: 'plinth:all-quiet',
  /** A worker accepts no more connections. */
  closed: 'plinth:closed',
  /** No worker accepts connections. */
  allClosed: 'plinth:all-closed',
} as const

/** The reply to a message, sent once every worker has sent that message. */
export const replies: Readonly<Record<string, string>> = {
  [workerMessages.quiet]: workerMessages.allQuiet,
  [workerMessages.closed]: workerMessages.allClosed,
}

/** Milliseconds to wait for the other workers, which got the same signal. */
const timeout = 1000

/** Sends a message and waits for the reply. */
function request(message: string, reply: string): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      process.off('message', onMessage)
      resolve()
    }
    const onMessage = (received: unknown): void => {
      if (received === reply) end()
    }
    const timer = setTimeout(end, timeout)
    process.on('message', onMessage)
    process.send?.(message)
  })
}

/**
 * Stops listening together with the other workers.
 * A client that gets a response may connect again at once, to a worker that is about to close, and lose that request.
 * So all workers first hold back their responses, then all stop listening, then all send the responses.
 */
export async function stopListening(stop: () => void): Promise<void> {
  await request(workerMessages.quiet, workerMessages.allQuiet)
  stop()
  await request(workerMessages.closed, workerMessages.allClosed)
}
