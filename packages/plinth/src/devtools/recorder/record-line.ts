import type { Recording } from './recording.ts'
import { thrownFrom } from './thrown.ts'

/** A log line, parsed. */
interface Line extends Readonly<Record<string, unknown>> {
  readonly level?: unknown
  readonly msg?: unknown
}

/** Adds a log line to a recording. Takes the caller and the error out of those that have one. */
export function recordLine(recording: Recording, line: string, root: string): void {
  const parsed = parse(line)
  if (parsed === undefined) return
  const { level, time: _time, requestId, msg, ...facts } = parsed
  if (typeof requestId === 'string') recording.requestId ||= requestId
  if (isAccessLine(parsed)) {
    if (typeof facts['caller'] === 'string') recording.caller = facts['caller']
    return
  }
  const { err, ...others } = facts
  if (err !== undefined && level === 'error') recording.thrown = thrownFrom(err, root)
  recording.addLine(
    {
      level: String(level),
      at: recording.elapsed(),
      message: String(msg),
      // The stack is with the error.
      facts: err === undefined ? others : { ...others, err: shortError(err) },
    },
    line.length,
  )
}

/** The line that every response has. The list of requests shows the same. */
const isAccessLine = ({ msg, method, status, ms }: Line): boolean =>
  msg === 'request' && method !== undefined && status !== undefined && ms !== undefined

const shortError = (err: unknown): unknown => {
  if (typeof err !== 'object' || err === null) return err
  const { name, message } = err as { name?: unknown; message?: unknown }
  return `${String(name)}: ${String(message)}`
}

function parse(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line
  } catch {
    return undefined
  }
}
