import type { Logger } from './logger.types.ts'

/** Warnings that wait for an app to start. They belong to the process: modules note them while they are loaded. */
const pending = new Set<string>()
/** The log of the app that started last, for warnings that come later: a driver is checked when it first connects. */
let log: Logger | undefined

/** Notes a warning that the next app to start logs once: nothing is wrong yet, but something may be slow or strange. */
export function startupWarning(text: string): void {
  pending.add(text)
}

/** Logs a warning with the app that runs. Without one, the next app to start logs it. */
export function lateWarning(text: string): void {
  if (log === undefined) pending.add(text)
  else log.warn({}, text)
}

/** Logs the pending warnings with an app that starts, and later ones too. */
export function logStartupWarnings(ofApp: Logger): void {
  log = ofApp
  for (const text of pending) log.warn({}, text)
  pending.clear()
}
