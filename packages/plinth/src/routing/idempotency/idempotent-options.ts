import type { Dependency } from '../../dependencies/definition.ts'
import { definitionOf } from '../../dependencies/dependency.ts'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { CallerKey } from '../../dependencies/caller-key.ts'
import { secondsOf, type Window } from '../../dependencies/window.ts'

/** The options of a route that is `idempotent`. `true` is `{}`. */
export interface IdempotentOptions {
  /** `true` refuses requests without an `Idempotency-Key` with a 400. Default `false`: they run as usual. */
  readonly required?: boolean
  /**
   * The caller, whose keys are apart from those of others: a dependency.
   *
   * Default: the user of `betterAuth()` or `jwt()`. A public route names `'anyone'`: all callers share its keys, which
   * must then have at least 20 characters, so that no other caller guesses one.
   */
  readonly by?: 'anyone' | Dependency<CallerKey>
  /** How long a response is kept, such as `'24h'` or `'7d'`. Default `'24h'`. */
  readonly keep?: Window
}

/** The route option `idempotent`. */
export type Idempotent = boolean | IdempotentOptions

/** The part of the option that a client sees: whether calls take a key, or need one. */
export type IdempotencyOf<I> = I extends { readonly required: true }
  ? 'required'
  : I extends true | object
    ? 'optional'
    : 'none'

const idempotentOptions: OptionNames<IdempotentOptions> = { required: true, by: true, keep: true }

/**
 * Checks the route option `idempotent`, and returns it as options; `undefined` if it is off.
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`, `PLINTH_LIMITS_INVALID`, `PLINTH_DEPENDENCY_INVALID`
 */
export function idempotentOf(
  given: Idempotent | undefined,
  where: string,
): IdempotentOptions | undefined {
  if (given === undefined || given === false) return undefined
  if (given === true) return {}
  checkOptions(given, idempotentOptions, `${where}: idempotent`)
  const { required, by, keep } = given
  if (required !== undefined && typeof required !== 'boolean')
    throw new PlinthError('PLINTH_OPTION_UNKNOWN', `${where}: idempotent.required is true or false`)
  if (by !== undefined && by !== 'anyone') definitionOf(by, 'idempotent.by')
  if (keep !== undefined) secondsOf(keep, `${where}: idempotent.keep`)
  return given
}
