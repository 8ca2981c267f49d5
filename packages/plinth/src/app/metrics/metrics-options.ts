import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'

/** Options of the page that Prometheus reads. */
export interface MetricsOptions {
  /** Path of the page. Default `/metrics`. */
  readonly path?: `/${string}`
  /**
   * The bearer token that the page requires, of 16 characters or more.
   *
   * Default: no token, and the page is served to this machine alone: to a loopback address that names `localhost` or an
   * address, and without a proxy between.
   */
  readonly token?: string
}

/** The path of the page; `undefined` for an app without one. */
export function metricsPathOf(options: boolean | MetricsOptions | undefined): string | undefined {
  if (options === undefined || options === false) return undefined
  return (options === true ? undefined : options.path) ?? '/metrics'
}

const metricsOptions: OptionNames<MetricsOptions> = { path: true, token: true }
const fewest = 16

/** @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist, or has a value that is not allowed */
export function checkMetrics(options: unknown): void {
  if (options === undefined || typeof options === 'boolean') return
  checkOptions(options, metricsOptions, 'app(): metrics')
  const { path = '/metrics', token } = options as { path?: unknown; token?: unknown }
  if (typeof path !== 'string' || !/^\/[\w.~/-]+$/.test(path))
    throw invalid(`path must be a path without parameters, such as '/metrics'`)
  if (token !== undefined && (typeof token !== 'string' || token.length < fewest))
    throw invalid(
      `token must have ${fewest} characters or more: read it from a setting, such as env.METRICS_TOKEN`,
    )
}

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_OPTION_UNKNOWN', `app(): metrics: ${problem}`)
