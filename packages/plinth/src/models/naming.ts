import { createHash } from 'node:crypto'
import { checkWireNames, differing } from '../schemas/names/aliased.ts'
import { checkNaming, nameBy } from '../schemas/names/naming-rules.ts'
import type { Naming } from '../schemas/names/naming.types.ts'
import type { WireNames } from '../schemas/names/rename-codec.ts'

/** The length of an identifier in bytes; Postgres silently truncates longer ones. */
export const maxNameBytes = 63

/** Converts the name of a field to snake_case: `dueAt` -> `due_at`, `userID` -> `user_id`. */
export const snakeCase = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()

const irregular: Readonly<Record<string, string>> = {
  people: 'person',
  children: 'child',
  men: 'man',
  women: 'woman',
  movies: 'movie',
  cookies: 'cookie',
  statuses: 'status',
  aliases: 'alias',
  buses: 'bus',
  indices: 'index',
  analyses: 'analysis',
}
const endings: readonly (readonly [RegExp, string])[] = [
  [/(?:series|species|news|data|media)$/, '$&'],
  [/(?:ss|us|is)$/, '$&'],
  [/ies$/, 'y'],
  [/(?<=hero|potato|tomato|echo)es$/, ''],
  [/(ss|sh|ch|x|zz)es$/, '$1'],
  [/s$/, ''],
]

/** Converts an English plural to the singular: `categories` -> `category`, `news` -> `news`. */
export function singular(word: string): string {
  const known = irregular[word]
  if (known !== undefined) return known
  const rule = endings.find(([ending]) => ending.test(word))
  return rule === undefined ? word : word.replace(rule[0], rule[1])
}

/** Converts the name of a table to a schema name for OpenAPI: `task_tags` -> `TaskTag`. */
export function componentName(table: string): string {
  const words = snakeCase(table)
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
  const last = words.at(-1)
  if (last !== undefined) words[words.length - 1] = singular(last)
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
}

/**
 * Joins parts to the name of a constraint.
 *
 * A name that Postgres would truncate is shortened with a hash.
 */
export function constraintName(...parts: readonly string[]): string {
  const name = parts.join('_')
  if (Buffer.byteLength(name) <= maxNameBytes) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  const end = `_${hash}_${parts.at(-1)}`
  return (
    Buffer.from(name)
      .subarray(0, maxNameBytes - end.length)
      .toString()
      .replace(/\uFFFD$/, '') + end
  )
}

/**
 * The names that a model's fields have on the wire, where they differ: those that are given, or else by a rule.
 *
 * @param refuse - throws the error of a name that two fields have
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: there is no such rule
 */
export function wireNamesBy(
  fields: readonly (readonly [field: string, as: string | undefined])[],
  naming: Naming | undefined,
  refuse: (field: string, problem: string) => never,
): WireNames {
  checkNaming(naming, 'model()')
  const names = Object.fromEntries(
    fields.map(([field, as]) => [
      field,
      as ?? (naming === undefined ? field : nameBy(field, naming)),
    ]),
  )
  checkWireNames(Object.keys(names), names, refuse)
  return differing(names)
}
