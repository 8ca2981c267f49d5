import * as z from 'zod'

const message = 'Send at least one field'
const isEmpty = (value: object): boolean => Object.values(value).every((one) => one === undefined)

/**
 * Methods that Zod refuses on an object with refinements.
 *
 * They are called on the object without its refinements.
 */
const derivingMethods = ['omit', 'pick', 'extend', 'safeExtend', 'catchall'] as const

/**
 * Requires at least one of an object's optional fields.
 *
 * An update of nothing is a caller's mistake, and Drizzle would throw on it. The result still has `pick`, `omit`, `extend` and so on.
 */
export function atLeastOne<T extends z.ZodObject>(plain: T): T {
  const refined = plain.check((payload) => {
    // an unknown field was sent, and has been reported
    if (payload.issues.length > 0 || !isEmpty(payload.value)) return
    payload.issues.push({ code: 'custom', message, input: payload.value })
  })
  // for OpenAPI, which knows nothing about checks
  z.globalRegistry.add(refined, { minProperties: 1 })
  for (const name of derivingMethods) {
    const remake = plain[name]
    const value = (argument: never) => atLeastOne(remake.call(plain, argument))
    Object.defineProperty(refined, name, { value, enumerable: false, configurable: true })
  }
  return refined
}
