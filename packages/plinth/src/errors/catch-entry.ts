import { HttpError } from './http-error.ts'
import { internalError } from './problem.ts'
import { PlinthError } from './plinth-error.ts'

/** A class of exceptions, and the error response that each becomes. */
export type CatchEntry<E> = readonly [
  type: abstract new (...args: never[]) => E,
  respond: (error: E) => HttpError,
]

/** Entries of `catch`, by the types of their exceptions. */
export type CatchEntries<C extends readonly unknown[]> = {
  readonly [I in keyof C]: CatchEntry<C[I]>
}

/** An entry whose type is not known. */
export type AnyCatchEntry = readonly [
  type: abstract new (...args: never[]) => unknown,
  respond: (error: never) => HttpError,
]

/**
 * Checks the entries of `catch`.
 *
 * @param where - the declaration with the entries, for the message
 * @throws {PlinthError} `PLINTH_CATCH_INVALID`: an entry is not a class and a function, or could have no effect
 */
export function checkCatch(entries: unknown, where: string): void {
  const refuse = (problem: string): never => {
    throw new PlinthError('PLINTH_CATCH_INVALID', `${where}: catch ${problem}`)
  }
  if (entries === undefined) return
  if (!Array.isArray(entries))
    return refuse('must be a list: [[PaymentFailed, (error) => new HttpError(402, …)]]')
  for (const [at, entry] of (entries as unknown[]).entries()) {
    const [type, respond] = Array.isArray(entry) ? (entry as unknown[]) : []
    if (!isClass(type) || typeof respond !== 'function')
      return refuse(`[${at}] must be a class and a function: [PaymentFailed, (error) => …]`)
    if (type === PlinthError || type.prototype instanceof PlinthError)
      return refuse(
        `[${at}] has ${type.name}, which is an error response already: throw another one`,
      )
    const earlier = (entries as AnyCatchEntry[])
      .slice(0, at)
      .find(([other]) => other === type || type.prototype instanceof other)
    if (earlier !== undefined)
      return refuse(
        `[${at}] is never reached, since [${earlier[0].name}, …] comes first: move it up`,
      )
  }
}

const isClass = (value: unknown): value is { readonly name: string; readonly prototype: object } =>
  typeof value === 'function' && typeof value.prototype === 'object' && value.prototype !== null

/**
 * Turns an exception into the error response of the first entry for its class; `undefined` if no entry has it.
 *
 * Errors of Plinth itself, and those that are responses already, stay as they are.
 */
export function caught(error: unknown, entries: readonly AnyCatchEntry[]): HttpError | undefined {
  if (error instanceof PlinthError) return undefined
  const entry = entries.find(([type]) => error instanceof type)
  if (entry === undefined) return undefined
  const [{ name }, respond] = entry
  let made: unknown
  try {
    // The entry has found that the error is of its type.
    made = respond(error as never)
  } catch (thrown) {
    if (thrown instanceof HttpError) return thrown
    made = thrown
  }
  if (made instanceof HttpError) return made
  const problem = `the catch of ${name} ${made instanceof Error ? `threw ${made.message}` : `returned a value of type ${typeof made}`}: return an HttpError`
  return internalError(new Error(problem, { cause: error }))
}
