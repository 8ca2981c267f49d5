import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { accessLine, chosenLine, type AccessFacts, type ChosenFacts } from './access-line.ts'
import pino from 'pino'
import type { Logger } from './logger.types.ts'
import { mode, type Mode } from '../settings/mode.ts'
import { logFields } from '../telemetry/tracing.ts'
import { describeError } from './describe-error.ts'
import { humanLine } from './human-format.ts'
import { finishLine } from './line-limit.ts'
import { passToTap } from './line-tap.ts'
import { flushStandardOutput, standardOutput, standardOutputStream } from './standard-output.ts'

/** Log levels, from the most to the fewest lines; `silent` writes nothing. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** The destination of a logger's lines: `process.stdout`, a file stream, or a test's list. */
export interface LogDestination {
  write(line: string): unknown
}

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** The lowest level that is written. Default `info`; `debug` in development, `silent` in tests. */
  readonly level?: LogLevel
  /** `json` is one JSON object per line, `human` short lines for a terminal. Default: `human` in development on a terminal, else `json`. */
  readonly format?: 'json' | 'human'
  /** The default is standard output. */
  readonly destination?: LogDestination
  /** The default follows NODE_ENV. */
  readonly mode?: Mode
}

/** A {@link Logger} that can be flushed before the process ends. */
export interface FlushableLogger extends Logger {
  /** Writes the lines that are still in memory, and resolves when they are written. */
  flush(): Promise<void>
  /** Writes an access log line, at level `info`; `undefined` if that level is not written. */
  readonly access: ((facts: AccessFacts | ChosenFacts) => void) | undefined
}

const loggerOptions: OptionNames<LoggerOptions> = {
  level: true,
  format: true,
  destination: true,
  mode: true,
}

const levelOf: Readonly<Record<Mode, LogLevel>> = {
  development: 'debug',
  production: 'info',
  test: 'silent',
}

/**
 * Creates a structured logger: one line per event, 8 KiB at most, with secrets redacted.
 *
 * A JSON line is `{ level: 'info', time: '2026-01-31T12:00:00.000Z', requestId, …facts, msg }`. An error, under `err`,
 * has its name, message, code, stack and causes. Its other properties are left out: drivers put row values there.
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
  checkOptions(options, loggerOptions, 'createLogger()')
  const runsAs = options.mode ?? mode()
  const level = options.level ?? levelOf[runsAs]
  const onTerminal = options.destination === undefined && process.stdout.isTTY
  const format = options.format ?? (runsAs === 'development' && onTerminal ? 'human' : 'json')
  const buffered =
    options.destination === undefined && format === 'json' && runsAs === 'production'
      ? standardOutput()
      : undefined
  const destination = buffered ?? unbuffered(options.destination, format)
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (name) => ({ level: name }) },
      serializers: { err: describeError, error: describeError, reason: describeError },
      hooks: { streamWrite: finishLine },
      mixin: () => ({ ...logFields() }),
    },
    destination,
  )
  const access = log.isLevelEnabled('info')
    ? (facts: AccessFacts | ChosenFacts): void =>
        destination.write('entries' in facts ? chosenLine(facts) : accessLine(facts))
    : undefined
  // Warnings and errors are written immediately, with the lines buffered before them.
  const now = (): void => buffered?.start()
  const flush = (): Promise<void> => (buffered ? flushStandardOutput() : Promise.resolve())
  return wrap(log, { flush, access, now })
}

/** Writes each line at once. In development and in tests, the last line before a crash is the one that counts. */
function unbuffered(
  given: LogDestination | undefined,
  format: 'json' | 'human',
): pino.DestinationStream {
  const output = given ?? standardOutputStream()
  const form = format === 'human' ? humanLine : (line: string): string => line
  return {
    write: (line) => {
      passToTap(line)
      output.write(form(line))
    },
  }
}

interface Ways extends Pick<FlushableLogger, 'flush' | 'access'> {
  now(): void
}

/** Exposes the methods of the interface alone, not the whole API of the library. */
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
