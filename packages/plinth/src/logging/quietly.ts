// Of the whole process, like standard error: one message is enough, whichever log failed.
let isTold = false

/**
 * Writes to a log: no answer fails and no process ends because a log is full, or closed. Of the first failure standard
 * error is told.
 */
export function quietly(write: () => unknown): void {
  try {
    const written = write()
    if (written instanceof Promise) written.catch(complain)
  } catch (error) {
    complain(error)
  }
}

/** Tells of a log that failed, once. */
export function complain(error: unknown): void {
  if (isTold) return
  isTold = true
  console.error('plinth: the log failed, and may have lost lines:', error)
}
