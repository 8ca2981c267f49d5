import type { UnfailingLog } from '../logging/unfailing-log.ts'
import { currentRequest } from '../http/request-scope.ts'
import { setupMessage } from '../settings/setup-message.ts'

type Log = UnfailingLog

/** The ties between a process and its server. */
export interface ProcessOptions {
  readonly log: Log
  /** The signals that stop the server. */
  readonly signals: readonly NodeJS.Signals[]
  /** Milliseconds after a signal at which the process ends, whatever still runs. */
  readonly gracePeriod: number
  /**
   * Stops the server.
   *
   * @param signal - the signal that stops it; `undefined` after an error
   * @returns whether every request finished
   */
  readonly stop: (signal?: NodeJS.Signals) => Promise<boolean>
}

/** The listeners that a server has installed in its process. */
export interface ProcessHold {
  /** From now on, an unhandled rejection is logged and does not end the process. */
  serving(): void
  /** Removes the listeners. */
  release(): void
}

// npm forwards a Ctrl-C that the terminal has already sent to the whole process group.
const samePress = 500

/**
 * Ties a server to its process: signals and uncaught errors shut it down gracefully.
 *
 * - Signals stop the server, then the process exits with 0, or with 1 if a request was cut off.
 * - A second signal ends the process immediately, with 1.
 * - An uncaught exception is logged and stops the server the same way. The process exits with 1, since its state is
 *   unknown.
 * - An unhandled rejection is logged. Once requests are served it does nothing else: the mistake of one handler must
 *   not end the requests of others. Before that it ends the process, with 1.
 *
 * Errors are logged with the id of the request that caused them.
 */
export function holdProcess(options: ProcessOptions): ProcessHold {
  const { log, signals } = options
  let stoppedAt: number | undefined
  let isServing = false

  const shutDown = (failed: boolean, signal?: NodeJS.Signals): void => {
    stoppedAt = performance.now()
    setTimeout(() => {
      log.error(
        { gracePeriod: options.gracePeriod },
        'the server did not stop in time: ending the process',
      )
      exit(log, 1)
    }, options.gracePeriod)
    options.stop(signal).then(
      (whole) => exit(log, whole && !failed ? 0 : 1),
      (error: unknown) => {
        log.error({ err: error }, 'the server could not be stopped cleanly')
        exit(log, 1)
      },
    )
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stoppedAt === undefined) {
      log.info({ signal }, 'stopping')
      return shutDown(false, signal)
    }
    if (performance.now() - stoppedAt < samePress) return
    process.stderr.write(`plinth: a second ${signal}, ending at once\n`)
    exit(log, 1)
  }
  const onException = (error: unknown): void => {
    report(log, error, 'uncaught exception: stopping')
    if (!isServing) return exit(log, 1)
    if (stoppedAt === undefined) shutDown(true)
  }
  const onRejection = (reason: unknown): void => {
    if (!isServing) return onException(reason)
    log.error({ ...ofRequest(), reason }, 'unhandled rejection')
  }

  for (const signal of signals) process.on(signal, onSignal)
  process.on('uncaughtException', onException).on('unhandledRejection', onRejection)
  return {
    serving() {
      isServing = true
    },
    release() {
      for (const signal of signals) process.off(signal, onSignal)
      process.off('uncaughtException', onException).off('unhandledRejection', onRejection)
    },
  }
}

/** The request that caused an error: Node calls the listener in the async context of the error. */
function ofRequest(): { readonly requestId?: string } {
  const requestId = currentRequest()?.requestId
  return requestId === undefined ? {} : { requestId }
}

/** Reports a configuration error in one line on standard error, and any other in the log, with its stack. */
function report(log: Log, error: unknown, message: string): void {
  const setup = setupMessage(error)
  if (setup === undefined) log.error({ ...ofRequest(), err: error }, message)
  else process.stderr.write(setup)
}

/** Timeout for a log's `flush()`, in milliseconds. The logs of this package take half as long at most. */
const flushTimeout = 1000

function exit(log: Log, code: number): void {
  setTimeout(() => process.exit(code), flushTimeout)
  void log.flush().then(() => process.exit(code))
}
