import { accessLine, type AccessFacts } from './access-line.ts'
import pino from 'pino'
import type { Logger } from './logger.types.ts'
import { mode, type Mode } from '../settings/mode.ts'
import { describeError } from './describe-error.ts'
import { humanLine } from './human-format.ts'
import { finishLine } from './line-limit.ts'

/** From the most to the least said; `silent` is nothing. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Where a logger's lines go: `process.stdout`, a file's stream, or a test's list. */
export interface LogDestination {
  write(line: string): unknown
}

/** How {@link createLogger} writes. */
export interface LoggerOptions {
  /** The least that is written; default `info`, in development `debug`, in tests `silent`. */
  readonly level?: LogLevel
  /** `json`: a JSON object a line. `human`: short lines, for a terminal. Default: `human` in development on a terminal. */
  readonly format?: 'json' | 'human'
  /** Default: standard output. */
  readonly destination?: LogDestination
  /** Default: what NODE_ENV says. */
  readonly mode?: Mode
}

/** A {@link Logger} that can be emptied before the process ends. */
export interface FlushableLogger extends Logger {
  /** Writes what is still in memory; done when it is written, which it is where nothing is kept there. */
  flush(): Promise<void>
  /** Writes the line of one request, at level `info`; undefined where that level is not written. */
  readonly access: ((facts: AccessFacts) => void) | undefined
}

const levelOf: Readonly<Record<Mode, LogLevel>> = {
  development: 'debug',
  production: 'info',
  test: 'silent',
}

/**
 * The framework's log: one line an event, of 8 KiB at most, without secrets whatever was handed to it.
 *
 * Shape of a JSON line: `{ level: 'info', time: '2026-01-31T12:00:00.000Z', requestId, …facts, msg }`. An error, under
 * `err`, is its name, message, code, stack and causes, and none of its other properties: drivers put values of rows there.
 *
 * @see https://getpino.io
 * @example
 * ```ts
 * import { app, createLogger } from 'plinth'
 *
 * const api = app({ title: 'Tasks', routes: {}, log: createLogger({ level: 'warn' }) })
 * api.log.warn({ disk: 0.93 }, 'the disk is nearly full')
 * ```
 */
export function createLogger(options: LoggerOptions = {}): FlushableLogger {
  const runsAs = options.mode ?? mode()
  const level = options.level ?? levelOf[runsAs]
  const onTerminal = options.destination === undefined && process.stdout.isTTY
  const format = options.format ?? (runsAs === 'development' && onTerminal ? 'human' : 'json')
  const destination = destinationOf(options.destination, format, runsAs)
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (name) => ({ level: name }) },
      serializers: { err: describeError, error: describeError, reason: describeError },
      hooks: { streamWrite: finishLine },
    },
    destination,
  )
  const flush = async (): Promise<void> => {
    if (!isGathering(destination)) return
    await new Promise<void>((resolve) => {
      destination.flush(() => resolve())
    })
    // what was said meanwhile
    destination.flushSync()
  }
  const access = log.isLevelEnabled('info')
    ? (facts: AccessFacts): void => destination.write(accessLine(facts))
    : undefined
  // What is wrong is written at once, with what was gathered before it.
  const now = (): void => {
    if (isGathering(destination)) destination.flush()
  }
  return wrap(log, { flush, access, now })
}

function destinationOf(
  given: LogDestination | undefined,
  format: 'json' | 'human',
  runsAs: Mode,
): pino.DestinationStream {
  const write = (line: string): unknown => (given ?? process.stdout).write(line)
  if (format === 'human') return { write: (line) => void write(humanLine(line)) }
  if (given !== undefined) return { write: (line) => void write(line) }
  if (runsAs !== 'production') return pino.destination({ fd: 1, sync: true })
  // Asynchronous: a request does not wait for its log line. Lines are gathered: a write for each would cost more than
  // making it.
  return pino.destination({ fd: 1, sync: false, minLength: 16_000, periodicFlush: 250 })
}

/** Whether lines are kept in memory, and written by another thread. */
const isGathering = (destination: pino.DestinationStream): destination is Gathering =>
  (destination as Partial<Gathering>).sync === false

interface Gathering extends pino.DestinationStream {
  readonly sync: false
  flush(written?: () => void): void
  flushSync(): void
}

interface Ways extends Pick<FlushableLogger, 'flush' | 'access'> {
  now(): void
}

/** Only what the interface promises: a log is no place for a library's whole surface. */
function wrap(log: pino.Logger, ways: Ways): FlushableLogger {
  return {
    debug: (facts, message) => log.debug(facts, message),
    info: (facts, message) => log.info(facts, message),
    warn(facts, message) {
      log.warn(facts, message)
      ways.now()
    },
    error(facts, message) {
      log.error(facts, message)
      ways.now()
    },
    child: (facts) => wrap(log.child(facts), ways),
    flush: () => ways.flush(),
    access: ways.access,
  }
}
