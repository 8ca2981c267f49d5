import type { Logger } from './logger.types.ts'

/**
 * The warnings of schemas and routers.
 *
 * A `WeakMap`, since schemas are Zod's objects: a warning lives as long as the object that it is about.
 */
const warnings = new WeakMap<object, Set<string>>()

/**
 * Attaches a warning to a schema or a router: nothing is wrong yet, but something may be slow or surprising.
 *
 * Each app whose routes use the schema or the router logs the warning when it starts.
 */
export function startupWarning(subject: object, text: string): void {
  const known = warnings.get(subject)
  if (known === undefined) warnings.set(subject, new Set([text]))
  else known.add(text)
}

/** The warnings of these schemas and routers, each once. */
export const startupWarningsOf = (subjects: Iterable<object>): ReadonlySet<string> =>
  new Set([...subjects].flatMap((subject) => [...(warnings.get(subject) ?? [])]))

/** Warnings about the process, such as an unknown version of a library. They wait for an app to start. */
const pending = new Set<string>()
/** The log of the app that started last, for warnings that come later: a driver is checked when it first connects. */
let log: Logger | undefined

/** Logs a warning about the process, which belongs to no app, with the app that runs or the next one that starts. */
export function processWarning(text: string): void {
  if (log === undefined) pending.add(text)
  else log.warn({}, text)
}

/** Logs the pending warnings about the process with an app that starts, and later ones too. */
export function logProcessWarnings(ofApp: Logger): void {
  log = ofApp
  for (const text of pending) log.warn({}, text)
  pending.clear()
}
