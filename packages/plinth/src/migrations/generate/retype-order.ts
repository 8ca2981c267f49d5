import { type Action, actionsOf } from '../review/actions.ts'
import { quoteIdentifier, quoteQualified } from '../../sql/quote-identifier.ts'
import { type SqlStatement, statementsOf } from '../../sql/tokens.ts'

interface ReadStatement extends SqlStatement {
  readonly actions: readonly Action[]
}

const read = (statement: SqlStatement): ReadStatement => ({
  ...statement,
  actions: actionsOf(statement),
})

const namesOf = (all: readonly ReadStatement[], kind: 'create type' | 'drop type'): string[] =>
  all.flatMap(({ actions }) => actions.flatMap((one) => (one.do === kind ? one.name : [])))

/** The name of an enum's old type, until the new one has replaced it. */
const oldName = (type: string): string => `${type.slice(0, 58)}__old`

/** Casts a column to an enum through text, since two enums have no cast between them. */
const throughText = ({ table, column, type }: Action & { do: 'set type' }): string => {
  const list = /(\[\])*$/.exec(type)?.[0] ?? ''
  const name = quoteIdentifier(column)
  return `ALTER TABLE ${quoteQualified(table)} ALTER COLUMN ${name} SET DATA TYPE ${type} USING ${name}::text${list}::${type}`
}

/**
 * Recreates an enum beside the old one.
 *
 * Each table is rewritten once, and columns that are dropped later may still use the old type.
 */
function recreatedBeside(all: readonly ReadStatement[]): ReadStatement[] {
  const created = new Set(namesOf(all, 'create type'))
  const types = namesOf(all, 'drop type').filter((name) => created.has(name))
  if (types.length === 0) return [...all]
  const columns = all.map(({ actions: [one] }) =>
    one?.do === 'set type' ? `${one.table}.${one.column}` : '',
  )
  const changed = all.flatMap(({ text, actions: [one] }, at): string[] => {
    if (one?.do === 'drop type' && types.includes(one.name))
      return [
        `ALTER TYPE ${quoteQualified(one.name)} RENAME TO ${quoteIdentifier(oldName(one.name.split('.').at(-1) ?? ''))}`,
      ]
    const column = columns[at] ?? ''
    const isTwice = column !== '' && columns.indexOf(column) !== columns.lastIndexOf(column)
    if (one?.do !== 'set type' || !isTwice) return [text]
    return columns.lastIndexOf(column) === at ? [throughText(one)] : []
  })
  const drops = types.map((type) => `DROP TYPE ${quoteQualified(oldName(type))}`)
  return [...changed, ...drops].flatMap(statementsOf).map(read)
}

const additions: ReadonlySet<Action['do']> = new Set([
  'create table',
  'add column',
  'add constraint',
])

/**
 * Orders the statements around those that change a column's type.
 *
 * New columns and tables come after them: a generated column would keep the columns it is computed
 * from as they are, and a column of a recreated enum would get the old type.
 */
export function retypeOrder(statements: readonly SqlStatement[]): SqlStatement[] {
  const all = recreatedBeside(statements.map(read))
  const isRetype = ({ actions }: ReadStatement): boolean =>
    actions.some((action) => action.do === 'set type')
  const last = all.findLastIndex(isRetype)
  const isLate = ({ actions }: ReadStatement, at: number): boolean =>
    at < last && actions.some((action) => additions.has(action.do))
  return [
    ...all.slice(0, last + 1).filter((one, at) => !isLate(one, at)),
    ...all.slice(0, last + 1).filter(isLate),
    ...all.slice(last + 1),
  ]
}
