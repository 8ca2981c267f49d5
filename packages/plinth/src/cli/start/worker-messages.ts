/** What a worker and the process that started it say to each other. */
export const workerMessages = {
  /** A worker serves. */
  ready: 'plinth:ready',
  /** A worker keeps its answers back, and nobody connects to it. */
  quiet: 'plinth:quiet',
  /** So do all. */
  allQuiet: 'plinth:all-quiet',
  /** A worker accepts no more connections. */
  closed: 'plinth:closed',
  /** No worker does. */
  allClosed: 'plinth:all-closed',
} as const

/** What every worker must have said, and what each is told then. */
export const replies: Readonly<Record<string, string>> = {
  [workerMessages.quiet]: workerMessages.allQuiet,
  [workerMessages.closed]: workerMessages.allClosed,
}

/** Milliseconds for which the other workers are waited for: they had the same signal. */
const patience = 1000

/** Says one word, and waits for another. */
function ask(word: string, answer: string): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      process.off('message', onMessage)
      resolve()
    }
    const onMessage = (message: unknown): void => {
      if (message === answer) end()
    }
    const timer = setTimeout(end, patience)
    process.on('message', onMessage)
    process.send?.(word)
  })
}

/**
 * Stops this worker's listening together with that of the others: whoever gets an answer from one of them may connect
 * at once to another that is about to close, and lose their request. So first all of them fall quiet, then all close,
 * then all send the answers that they kept back.
 */
export async function stopListening(stop: () => void): Promise<void> {
  await ask(workerMessages.quiet, workerMessages.allQuiet)
  stop()
  await ask(workerMessages.closed, workerMessages.allClosed)
}
