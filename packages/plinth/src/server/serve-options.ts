import type { IncomingMessage, ServerResponse } from 'node:http'
import type { internals, ServedInternals } from '../http/internals.ts'
import type { Logger } from '../logging/logger.types.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { mode, type Environment, type Mode } from '../settings/mode.ts'
import { defaultLimits, type Limits } from '../http/limits.ts'

/** Node's own objects for a request, the second argument of `fetch`. */
export interface NodeBindings {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** What can be served: an app, or anything else with a web-standard `fetch`. */
export interface Servable {
  fetch(request: Request, env?: NodeBindings): Response | Promise<Response>
  /** Run once, before the first request is answered. */
  start?(): Promise<void>
  /** Told when the server begins to stop: `/health/ready` says 503 from now on. */
  drain?(): void
  /**
   * Calls `stop`, which ends the accepting of connections here, and is done when no process accepts any on this port:
   * answers are kept back meanwhile, since whoever has one may connect again. Default: calls it at once.
   */
  stopListening?(stop: () => void): Promise<void>
  /** Told when nobody can connect any more: what is sent without end is ended, so that clients connect elsewhere. */
  endStreams?(): void
  /** Run once, after the last answer. */
  stop?(): Promise<void>
  /** @internal What Plinth's own apps offer besides. */
  readonly [internals]?: Partial<ServedInternals>
  readonly log: Logger & { flush?(): void | Promise<void> }
}

/** Milliseconds: below the 5 s that some platforms give a process to end. */
export const defaultGrace = 4500

/** How {@link serve} listens and stops. */
export interface ServeOptions {
  /** Default: the environment's PORT, else 8000. 0 is any free port. */
  readonly port?: number
  /**
   * Default: in production `0.0.0.0`, every address of the machine; else `localhost`, which only this machine
   * reaches, over IPv4 and IPv6.
   */
  readonly hostname?: string
  /** Milliseconds from the signal to the end of the process, at the most. Default 4500. */
  readonly gracePeriod?: number
  /**
   * Milliseconds after the signal in which requests are still accepted and answered with `Connection: close`, so that
   * clients and load balancers move on without losing one. Default 1500.
   */
  readonly lameDuck?: number
  /**
   * Whether the process is the server's: SIGTERM and SIGINT end it, and errors that nobody caught are logged.
   * Default true.
   */
  readonly signals?: boolean
  /** Default: the app's own limits. */
  readonly limits?: Partial<Limits>
}

/** {@link ServeOptions}, with nothing left open. */
export interface ServeSettings extends Required<Omit<ServeOptions, 'limits'>> {
  readonly limits: Limits
  readonly mode: Mode
}

/**
 * Fills in what was not said.
 *
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: PORT, or the port given, is no port
 */
export function serveSettings(
  options: ServeOptions,
  environment: Environment = process.env,
): ServeSettings {
  const runsAs = mode(environment)
  const gracePeriod = options.gracePeriod ?? defaultGrace
  return {
    port:
      options.port === undefined ? portOf(environment['PORT']) : checkPort(options.port, 'port'),
    hostname: options.hostname ?? (runsAs === 'production' ? '0.0.0.0' : 'localhost'),
    gracePeriod,
    lameDuck: Math.min(options.lameDuck ?? 1500, gracePeriod / 2),
    signals: options.signals ?? true,
    limits: { ...defaultLimits, ...options.limits },
    mode: runsAs,
  }
}

const portOf = (text: string | undefined): number =>
  text === undefined || text.trim() === '' ? 8000 : checkPort(Number(text), 'PORT')

function checkPort(port: number, name: string): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new PlinthError(
    'PLINTH_SETTINGS_INVALID',
    `${name} is no port: set a whole number between 0 and 65535, as ${name}=8000`,
  )
}
