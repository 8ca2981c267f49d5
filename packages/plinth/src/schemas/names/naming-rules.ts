import { PlinthError } from '../../errors/plinth-error.ts'
import type { Naming } from './naming.types.ts'

// The types of naming.types.ts follow the same rules, letter by letter.
const rules: Readonly<Record<Naming, (name: string) => string>> = {
  snake_case: (name) =>
    name
      .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1_$2')
      .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
      .toLowerCase(),
  camelCase: (name) =>
    name.replaceAll(/(?<=[^_])_([^_])/g, (_, letter: string) => letter.toUpperCase()),
}

/** A name on the wire by a rule: `createdAt` -> `created_at`. */
export const nameBy = (name: string, rule: Naming): string => rules[rule](name)

/** A sort order by a rule: `-createdAt` -> `-created_at`. */
export const sortBy = (order: string, rule: Naming): string =>
  order.startsWith('-') ? `-${nameBy(order.slice(1), rule)}` : nameBy(order, rule)

/** Tests whether a value is the name of a rule. */
export const isNaming = (value: unknown): value is Naming =>
  typeof value === 'string' && Object.hasOwn(rules, value)

/**
 * @param where - the declaration, for the message
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: there is no such rule
 */
export function checkNaming(value: unknown, where: string): void {
  if (value === undefined || isNaming(value)) return
  const known = Object.keys(rules).map((rule) => `'${rule}'`)
  throw new PlinthError(
    'PLINTH_OPTION_UNKNOWN',
    `${where}: naming is ${JSON.stringify(value)}. Expected one of: ${known.join(', ')}`,
  )
}
