import { checkCatch } from '../errors/catch-entry.ts'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { checkLimits } from '../http/limits.ts'
import { checkDescription, descriptionOptions } from '../openapi/api-description.ts'
import { checkAccessLog } from '../routing/logs/chosen-fields.ts'
import { checkTrailingSlash } from '../routing/route-table.ts'
import { checkUnknownFields } from '../routing/unknown-fields.ts'
import { checkNaming } from '../schemas/names/naming-rules.ts'
import type { AnyAppOptions } from './app.types.ts'
import type { JobsOptions } from '../jobs/job.types.ts'
import { checkAround } from './around.ts'
import { checkTelemetry } from './telemetry-options.ts'
import { checkDocsOptions } from './check-docs-options.ts'
import { checkMetrics } from './metrics/metrics-options.ts'

const appOptions: OptionNames<AnyAppOptions> = {
  title: true,
  version: true,
  description: true,
  routes: true,
  trailingSlash: true,
  basePath: true,
  mount: true,
  frontend: true,
  around: true,
  decompress: true,
  dependencies: true,
  cors: true,
  limits: true,
  docs: true,
  ready: true,
  lifespan: true,
  databaseJson: true,
  problems: true,
  errors: true,
  catch: true,
  unknown: true,
  jobs: true,
  mcp: true,
  naming: true,
  telemetry: true,
  ...descriptionOptions,
  onError: true,
  accessLog: true,
  metrics: true,
  log: true,
}

const jobsOptions: OptionNames<JobsOptions> = {
  db: true,
  modules: true,
  work: true,
  concurrency: true,
  gracePeriod: true,
  heartbeat: true,
}

/**
 * Checks the options of an app, including those of `docs` and `limits`. `cors` and `problems` check their own.
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`, `PLINTH_CATCH_INVALID`, `PLINTH_OPENAPI_INVALID`
 */
export function checkAppOptions(options: AnyAppOptions): void {
  checkOptions(options, appOptions, 'app()')
  if (typeof options.docs === 'object') checkDocsOptions(options.docs)
  checkTrailingSlash(options.trailingSlash)
  checkCatch(options.catch, 'app()')
  checkDescription(options)
  checkUnknownFields(options.unknown, 'app()')
  checkOptions(options.jobs, jobsOptions, 'app(): jobs')
  checkNaming(options.naming, 'app()')
  checkLimits(options.limits, 'app(): limits')
  checkAround(options.around)
  checkAccessLog(options.accessLog)
  checkMetrics(options.metrics)
  if (options.onError !== undefined && typeof options.onError !== 'function')
    throw new PlinthError(
      'PLINTH_OPTION_UNKNOWN',
      'app(): onError is not a function: write onError: ({ error }) => Sentry.captureException(error)',
    )
  checkTelemetry(options.telemetry)
}
