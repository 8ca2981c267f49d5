import { PlinthError } from './plinth-error.ts'

type KeysOf<O> = O extends unknown ? keyof O : never

/** The names of all options, of which TypeScript checks that none is missing and none is misspelled. */
export type OptionNames<O> = Readonly<Record<KeysOf<O>, true>>

/**
 * Checks that an object has only options that exist.
 *
 * TypeScript does not see a misspelled option in an object that was built elsewhere, and it would have no effect.
 *
 * @param where - the declaration with the options, for the message, such as `router "/tasks"`
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: it has another one, or it is not an object
 */
export function checkOptions(
  options: unknown,
  known: Readonly<Record<string, true>>,
  where: string,
): void {
  if (options === undefined) return
  const names = Object.keys(known)
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw unknown(where, `its options must be an object: { ${names[0]}: … }`)
  for (const name of Object.keys(options))
    if (!Object.hasOwn(known, name))
      throw unknown(where, `unknown option "${name}". ${adviceFor(name, names)}`)
}

const unknown = (where: string, problem: string): PlinthError =>
  new PlinthError('PLINTH_OPTION_UNKNOWN', `${where}: ${problem}`)

/** The sentence after the name of an unknown option: the option it is most like, or all of them. */
function adviceFor(name: string, names: readonly string[]): string {
  const given = plain(name)
  const [nearest] = names
    .map((known) => ({ known, distance: distanceOf(given, plain(known)) }))
    .filter(({ distance }) => distance < given.length && distance <= Math.max(2, given.length / 3))
    .toSorted((a, b) => a.distance - b.distance)
  if (nearest !== undefined) return `Did you mean "${nearest.known}"?`
  return `Expected ${names.length === 1 ? '' : 'one of: '}${names.join(', ')}`
}

/** A name without its case and separators, so that `response_model` is like `responseModel`. */
const plain = (name: string): string => name.toLowerCase().replace(/[_-]/g, '')

/** The number of letters that are added, removed or replaced (Levenshtein); at most 1 if a name contains the other. */
function distanceOf(from: string, to: string): number {
  if (from === to) return 0
  if (Math.min(from.length, to.length) > 2 && (from.includes(to) || to.includes(from))) return 1
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1]
    for (let other = 0; other < to.length; other++)
      next.push(
        Math.min(
          next[other]! + 1,
          row[other + 1]! + 1,
          row[other]! + (letter === to[other] ? 0 : 1),
        ),
      )
    row = next
  }
  return row[to.length]!
}
