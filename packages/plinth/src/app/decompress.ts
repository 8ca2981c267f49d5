import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { inflatedRequest } from '../http/compression/inflated-request.ts'
import type { Respond } from '../http/internals.ts'
import type { AppOptions, DecompressOptions } from './app.types.ts'

const decompressOptions: OptionNames<DecompressOptions> = { max: true }

/** Decompresses the bodies of requests before the app sees them. */
export const decompress =
  (inside: Respond, max: number): Respond =>
  (incoming) =>
    inside(incoming.headers.has('content-encoding') ? inflatedRequest(incoming, max) : incoming)

/**
 * Checks the option `decompress`.
 *
 * @param limits - bytes: the body limits of the app, of its routes and of its mounts
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: it has another option, or no body limit reaches its `max`
 */
export function checkDecompress(
  given: AppOptions<object>['decompress'],
  limits: readonly number[],
): void {
  if (given === undefined) return
  checkOptions(given, decompressOptions, 'app(): decompress')
  const { max } = given
  if (!Number.isInteger(max) || max < 1)
    throw invalid('max is not a number of bytes: write decompress: { max: 1_000_000 }')
  const most = Math.max(...limits)
  if (max > most)
    throw invalid(
      `max is ${max} bytes, but no route takes a body of more than ${most} bytes: raise limits.body, or the maxBody of a route`,
    )
}

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_OPTION_UNKNOWN', `app(): decompress: ${problem}`)
