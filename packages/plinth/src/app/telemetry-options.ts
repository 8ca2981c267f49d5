import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'

/** Options of an app's traces. */
export interface TelemetryOptions {
  /** `false` exports no spans of this app. Default `true`, which costs nothing until an SDK is registered. */
  readonly spans?: boolean
  /**
   * `false` begins a new trace for each request, with a link to the caller's `traceparent`. Default `true`.
   *
   * Set it for an API that strangers call: a caller that is trusted decides whether its trace is sampled.
   */
  readonly trustIncoming?: boolean
  /**
   * `true` sends `url.path` as it was requested, with the values in it. Default `false`: the pattern of the route.
   *
   * A path may hold a secret, such as the token of a link to reset a password.
   */
  readonly recordPath?: boolean
}

const telemetryOptions: OptionNames<TelemetryOptions> = {
  spans: true,
  trustIncoming: true,
  recordPath: true,
}

/** @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist, is not a boolean, or has no effect */
export function checkTelemetry(options: TelemetryOptions | undefined): void {
  if (options === undefined) return
  checkOptions(options, telemetryOptions, 'app(): telemetry')
  for (const [name, value] of Object.entries(options))
    if (value !== undefined && typeof value !== 'boolean')
      throw invalid(`${name} is ${JSON.stringify(value)}: write true or false`)
  const { spans, ...others } = options
  const [without] = Object.keys(others)
  if (spans === false && without !== undefined)
    throw invalid(`${without} has no effect with spans: false: remove one of them`)
}

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_OPTION_UNKNOWN', `app(): telemetry: ${problem}`)
