import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { internals, ServedInternals } from '../http/internals.ts'
import type { Logger } from '../logging/logger.types.ts'
import { TrustedProxies } from './trusted-proxies.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { mode, type Environment, type Mode } from '../settings/mode.ts'
import { checkLimits, completeLimits, type Limits } from '../http/limits.ts'

/** Node's own objects for a request, the second argument of `fetch`. */
export interface NodeBindings {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** Anything that {@link serve} can serve: an app, or an object with a web-standard `fetch` and a log. */
export interface Servable {
  fetch(request: Request, env?: NodeBindings): Response | Promise<Response>
  /** Called once, before the first request is handled. */
  start?(): Promise<void>
  /** Called when the shutdown begins: from now on, `/health/ready` responds 503. */
  drain?(): void
  /**
   * Calls `stop`, which stops accepting connections here, and resolves when no process accepts any on this port.
   *
   * Responses are held back until then, since a client that has its response may connect again. By default, `stop` is
   * called immediately.
   */
  stopListening?(stop: () => void): Promise<void>
  /**
   * Other processes accept connections on this port, and continue to after this one has stopped.
   *
   * Asked once, when the shutdown begins. Then `drain` is not called, because the service as a whole stays ready. The
   * default is false.
   */
  isReplaced?(): boolean
  /** Called when no client can connect anymore: ends endless streams, so that their clients connect elsewhere. */
  endStreams?(): void
  /** Called once, after the last response. */
  stop?(): Promise<void>
  /** @internal Plinth's own apps offer more. */
  readonly [internals]?: Partial<ServedInternals>
  readonly log: Logger & { flush?(): void | Promise<void> }
}

/** Milliseconds, below the 5 s that some platforms give a process to end. */
export const defaultGrace = 4500

/** Options of {@link serve}: the address, and the graceful shutdown. */
export interface ServeOptions {
  /** Default: the environment variable PORT, else 8000. 0 picks a free port. */
  readonly port?: number
  /**
   * The address to listen on.
   *
   * Default: `0.0.0.0` in production, which is every address of the machine. Otherwise `localhost`, which only this
   * machine can reach, over IPv4 and IPv6.
   */
  readonly hostname?: string
  /** The timeout of a graceful shutdown: milliseconds from the signal to the end of the process. Default 4500. */
  readonly gracePeriod?: number
  /**
   * Milliseconds after the signal during which connections are still accepted. Default 1500.
   *
   * Responses carry `Connection: close` then, so that clients and load balancers move on without losing a request.
   */
  readonly lameDuck?: number
  /**
   * Handle signals and uncaught errors of the process. Default true.
   *
   * SIGTERM, SIGINT, SIGHUP and SIGQUIT shut the server down, or only the signals of a list. Uncaught errors are logged.
   */
  readonly signals?: boolean | readonly NodeJS.Signals[]
  /**
   * The proxies in front of the server, by address or network: `['10.0.0.0/8']`. Default: none.
   *
   * Their `X-Forwarded-For` tells `client.address` and the access log, their `X-Forwarded-Proto` and `X-Forwarded-Host`
   * the URL of `request`. From any other address, these headers count for nothing.
   */
  readonly trustProxy?: readonly string[]
  /** Default: the app's own limits. */
  readonly limits?: Partial<Limits>
}

/** {@link ServeOptions} with the defaults filled in. */
export interface ServeSettings extends Required<Omit<ServeOptions, 'limits' | 'trustProxy'>> {
  readonly proxies: TrustedProxies | undefined
  readonly limits: Limits
  readonly mode: Mode
}

const serveOptions: OptionNames<ServeOptions> = {
  port: true,
  hostname: true,
  gracePeriod: true,
  lameDuck: true,
  signals: true,
  trustProxy: true,
  limits: true,
}

/**
 * Fills in the defaults.
 *
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: PORT, or the option `port`, is not a port number
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist, or a proxy that is not an address
 */
export function serveSettings(
  options: ServeOptions,
  environment: Environment = process.env,
): ServeSettings {
  checkOptions(options, serveOptions, 'serve()')
  checkLimits(options.limits, 'serve(): limits')
  const runsAs = mode(environment)
  const gracePeriod = options.gracePeriod ?? defaultGrace
  return {
    port:
      options.port === undefined ? portOf(environment['PORT']) : checkPort(options.port, 'port'),
    hostname: options.hostname ?? (runsAs === 'production' ? '0.0.0.0' : 'localhost'),
    gracePeriod,
    lameDuck: Math.min(options.lameDuck ?? 1500, gracePeriod / 2),
    signals: options.signals ?? true,
    proxies: options.trustProxy && new TrustedProxies(options.trustProxy),
    limits: completeLimits(options.limits, runsAs),
    mode: runsAs,
  }
}

const portOf = (text: string | undefined): number =>
  text === undefined || text.trim() === '' ? 8000 : checkPort(Number(text), 'PORT')

function checkPort(port: number, name: string): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new PlinthError(
    'PLINTH_SETTINGS_INVALID',
    `${name} is not a port number: set a whole number between 0 and 65535, for example ${name}=8000`,
  )
}
