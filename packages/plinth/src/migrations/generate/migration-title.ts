import { type Action, actionsOf } from '../review/actions.ts'
import { statementsOf } from '../../sql/tokens.ts'
import { snakeCase } from '../../models/naming.ts'
import type { Difference } from './renames.ts'

type Titles = { readonly [K in Action['do']]?: (action: Action & { do: K }) => string }

const titles: Titles = {
  'create table': ({ name }) => `create_${name}`,
  'create type': ({ name }) => `create_${name}`,
  drop: ({ names }) => `drop_${names[0]}`,
  'drop type': ({ name }) => `drop_${name}`,
  'add column': ({ table, column }) => `add_${table}_${column}`,
  'drop column': ({ table, column }) => `drop_${table}_${column}`,
  'set type': ({ table, column }) => `change_${table}_${column}`,
  'set not null': ({ table, column }) => `require_${table}_${column}`,
  'add enum value': ({ type, value }) => `add_${type}_${value}`,
  'rename column': ({ table, from, to }) => `rename_${table}_${from}_to_${to}`,
  'rename table': ({ table, to }) => `rename_${table}_to_${to}`,
  'create index': ({ name, table }) => `index_${name ?? table}`,
  'add constraint': ({ added, table }) => `constrain_${added.name ?? table}`,
  'drop index': ({ names }) => `drop_${names[0]}`,
  'drop constraint': ({ name }) => `drop_${name}`,
}

/** The order in which actions are considered for the title. */
const order = Object.keys(titles)

/** A title as a folder name: at most 50 letters, digits and `_`. */
export const titleOf = (text: string): string =>
  snakeCase(text)
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 50)
    .replaceAll(/^_+|_+$/g, '') || 'change'

/** A title for a change: its first action, and the number of similar ones. */
export function titleOfChange({ statements }: Difference): string {
  const actions = statements
    .flatMap(statementsOf)
    .flatMap(actionsOf)
    .filter((action) => Object.hasOwn(titles, action.do))
    .toSorted((a, b) => order.indexOf(a.do) - order.indexOf(b.do))
  const [first] = actions
  if (first === undefined) return 'change'
  const title = titles[first.do] as ((action: Action) => string) | undefined
  const rest = actions.filter((action) => action.do === first.do).length - 1
  return titleOf(`${title?.(first) ?? 'change'}${rest > 0 ? `_and_${rest}_more` : ''}`)
}
