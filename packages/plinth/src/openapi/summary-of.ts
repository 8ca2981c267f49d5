import { singular } from '../models/naming.ts'
import type { NamedRoute } from '../routing/route-definition.ts'

/** Operation names that stand for an action on many items, or on one. */
const toMany = new Set(['list', 'search', 'find', 'count', 'export', 'import'])
const toOne = new Set(
  'add archive cancel complete create delete edit get patch publish put read remove rename replace restore show update upload'.split(
    ' ',
  ),
)

/** Splits a name into words: `markAsDone` -> `mark as done`. */
const words = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .trim()
    .toLowerCase()

/** Makes the last word singular: `project tags` -> `project tag`. */
const one = (plural: string): string => plural.replace(/[a-z\d]+$/, (last) => singular(last))

/**
 * Derives a summary from the name of an operation.
 *
 * For example, `tasks.list` -> `List tasks`, and `tasks.create` -> `Create task`.
 */
export function summaryOf({ name, module }: Pick<NamedRoute, 'name' | 'module'>): string {
  const verb = words(name)
  const object = words(module)
  const text = toMany.has(verb)
    ? `${verb} ${object}`
    : toOne.has(verb)
      ? `${verb} ${one(object)}`
      : verb
  return text.charAt(0).toUpperCase() + text.slice(1)
}
