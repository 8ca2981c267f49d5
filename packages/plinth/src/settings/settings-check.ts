import { PlinthError } from '../errors/plinth-error.ts'

/** Reports that a setting does not go with the others. */
export type FailSetting<Name extends string> = (name: Name, message: string) => void

/** A problem that a check reported. */
export interface CheckProblem {
  readonly name: string
  readonly message: string
}

/** Ends a check that reads a setting which is missing or invalid itself. */
class UnreadableSetting extends Error {}

const invalid = (sentence: string): PlinthError =>
  new PlinthError('PLINTH_SETTINGS_INVALID', `settings(): ${sentence}`)

/**
 * Runs the check of settings against each other, and returns the problems that it reports.
 *
 * The check runs even if single settings are wrong, so that all problems are told at once. It ends where it reads one
 * of those.
 *
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: the check is asynchronous, or names an unknown setting
 */
export function runCheck(
  check: (env: never, fail: FailSetting<string>) => unknown,
  names: readonly string[],
  reads: ReadonlyMap<string, { readonly value: unknown }>,
): readonly CheckProblem[] {
  const problems: CheckProblem[] = []
  const env = Object.create(null) as Record<string, unknown>
  for (const name of names) {
    const get = (): unknown => {
      if (!reads.has(name)) throw new UnreadableSetting()
      return reads.get(name)?.value
    }
    Object.defineProperty(env, name, { enumerable: true, get })
  }
  const fail: FailSetting<string> = (name, message) => {
    if (!names.includes(name)) throw invalid(`\`check\` names "${name}", which is not a setting`)
    problems.push({ name, message })
  }
  let result: unknown
  try {
    // the values are those of the shape, which is the type of the check's parameter
    result = check(env as never, fail)
  } catch (error) {
    if (!(error instanceof UnreadableSetting)) throw error
  }
  if (result instanceof Promise)
    throw invalid('`check` must not be async: settings() returns its settings at once')
  return problems
}
