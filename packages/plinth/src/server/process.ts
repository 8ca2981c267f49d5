import type { UnfailingLog } from '../logging/unfailing-log.ts'
import { currentRequestId } from '../http/request-scope.ts'
import { setupMessage } from '../settings/setup-message.ts'

type Log = UnfailingLog

/** What the process does with its server. */
export interface ProcessOptions {
  readonly log: Log
  /** Milliseconds after which the process ends, whatever is still running. */
  readonly gracePeriod: number
  /**
   * Stops the server.
   *
   * @param signal - what it was stopped by; none after an error
   * @returns whether everything came to its own end
   */
  readonly stop: (signal?: NodeJS.Signals) => Promise<boolean>
}

/** The hold that a server has on its process. */
export interface ProcessHold {
  /** From now on a rejected promise that nobody handled is logged, and no more. */
  serving(): void
  /** Lets go of the process. */
  release(): void
}

// npm passes a Ctrl-C on that the terminal has sent to the whole group already.
const samePress = 500

/**
 * Ties a server to its process.
 *
 * - SIGTERM, SIGINT: the server is stopped, then the process ends, with 0 if no request was cut off, else 1.
 * - A second signal: it ends at once, with 1.
 * - An error that nobody caught: logged; the server is stopped as by a signal, the process ends with 1, since nobody
 *   knows what is broken.
 * - A rejected promise that nobody handled: logged, and no more once requests are served: the mistake of one handler
 *   does not end the requests of the others. Before that it ends the process, with 1.
 *
 * Both are logged with the id of the request in whose course they came.
 */
export function holdProcess(options: ProcessOptions): ProcessHold {
  const { log } = options
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
    tell(log, error, 'an error that nobody caught: stopping')
    if (!isServing) return exit(log, 1)
    if (stoppedAt === undefined) shutDown(true)
  }
  const onRejection = (reason: unknown): void => {
    if (!isServing) return onException(reason)
    log.error({ ...ofRequest(), reason }, 'a promise was rejected and nobody handled it')
  }

  process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
  process.on('uncaughtException', onException).on('unhandledRejection', onRejection)
  return {
    serving() {
      isServing = true
    },
    release() {
      process.off('SIGTERM', onSignal).off('SIGINT', onSignal)
      process.off('uncaughtException', onException).off('unhandledRejection', onRejection)
    },
  }
}

/** Node hands over an error in the flow in which it was thrown. */
function ofRequest(): { readonly requestId?: string } {
  const requestId = currentRequestId()
  return requestId === undefined ? {} : { requestId }
}

/** What is wrong with the setup is one line for a person; anything else is a line of the log, with its stack. */
function tell(log: Log, error: unknown, what: string): void {
  const message = setupMessage(error)
  if (message === undefined) log.error({ ...ofRequest(), err: error }, what)
  else process.stderr.write(message)
}

/** Milliseconds for the last lines: whoever reads them may have stopped to. */
const lastLines = 500

function exit(log: Log, code: number): void {
  setTimeout(() => process.exit(code), lastLines)
  void log.flush().then(() => process.exit(code))
}
