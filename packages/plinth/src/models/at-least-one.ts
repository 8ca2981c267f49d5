import * as z from 'zod'

const message = 'Send at least one field'
const isEmpty = (value: object): boolean => Object.values(value).every((one) => one === undefined)

/** What Zod refuses of an object with refinements, which is done to the object without them here. */
const remakers = ['omit', 'pick', 'extend', 'safeExtend', 'catchall'] as const

/**
 * An object with optional fields, of which one at least must be there: an update of nothing is a mistake of the
 * caller, and Drizzle throws on it. It can be picked from, extended and so on, as it could without.
 */
export function atLeastOne<T extends z.ZodObject>(plain: T): T {
  const refined = plain.check((payload) => {
    // an unknown field was sent, and is the mistake
    if (payload.issues.length > 0 || !isEmpty(payload.value)) return
    payload.issues.push({ code: 'custom', message, input: payload.value })
  })
  // For the API's documentation, where nothing is known of a check.
  z.globalRegistry.add(refined, { minProperties: 1 })
  for (const name of remakers) {
    const remake = plain[name]
    const value = (argument: never) => atLeastOne(remake.call(plain, argument))
    Object.defineProperty(refined, name, { value, enumerable: false, configurable: true })
  }
  return refined
}
