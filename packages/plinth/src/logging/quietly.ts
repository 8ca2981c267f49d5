// State of the whole process, like standard error: one message is enough, whichever log failed.
let isReported = false

/**
 * Writes to a log, and ignores errors.
 *
 * A log that is full or closed must not make a response fail or end the process. Standard error gets one message.
 */
export function quietly(write: () => unknown): void {
  try {
    const written = write()
    if (written instanceof Promise) written.catch(complain)
  } catch (error) {
    complain(error)
  }
}

/** Reports on standard error that a log failed, once per process. */
export function complain(error: unknown): void {
  if (isReported) return
  isReported = true
  console.error('plinth: the log failed, and may have lost lines:', error)
}
