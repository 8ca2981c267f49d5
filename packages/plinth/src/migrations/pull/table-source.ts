import { componentName } from '../../models/naming.ts'
import type { CatalogConstraint, CatalogIndex, CatalogPolicy } from './catalog.ts'
import { type Belongings, belongingsOf, partsOf } from './field-parts.ts'
import { fieldSource, schemaConstant } from './field-source.ts'
import { call, chain, entry, flat, type Layout, list, object, print } from './layout.ts'
import { camelCase } from './names.ts'
import { outsideTable } from './outside-table.ts'
import { type PulledTable, type PullContext, tableName } from './pull-context.ts'
import { docComment, quoted, sqlLiteral } from './source-text.ts'

/** A column in the third argument: `t.name`. */
const columnIn = ({ fields }: PulledTable, column: string): string => `t.${fields.get(column)}`

function indexSource(context: PullContext, table: PulledTable, index: CatalogIndex): Layout {
  const use = (name: string): string => context.use('drizzle-orm/pg-core', name)
  const parts = index.parts.map(
    ({ column, expression, isDescending, isNullsFirst, operatorClass }) => {
      if (column === null || !table.fields.has(column)) {
        context.use('drizzle-orm', 'sql')
        return sqlLiteral(
          [expression, operatorClass, isDescending ? 'DESC' : ''].filter(Boolean).join(' '),
        )
      }
      const order = isDescending
        ? isNullsFirst
          ? '.desc()'
          : '.desc().nullsLast()'
        : isNullsFirst
          ? '.asc().nullsFirst()'
          : ''
      const operators = operatorClass === null ? '' : `.op(${quoted(operatorClass)})`
      return `${columnIn(table, column)}${order}${operators}`
    },
  )
  const on =
    index.method === 'btree'
      ? call('.on', ...parts)
      : call('.using', quoted(index.method), ...parts)
  if (index.where !== null) context.use('drizzle-orm', 'sql')
  const options = index.options.map((option) => option.split('='))
  return chain(
    call(use(index.isUnique ? 'uniqueIndex' : 'index'), quoted(index.name)),
    on,
    ...(index.where === null ? [] : [call('.where', sqlLiteral(index.where))]),
    ...(options.length === 0
      ? []
      : [
          call(
            '.with',
            object(options.map(([key = '', value = '']) => `${key}: ${quoted(value)}`)),
          ),
        ]),
  )
}

function uniqueSource(context: PullContext, table: PulledTable, one: CatalogConstraint): Layout {
  const columns = one.columns.map((column) => columnIn(table, column))
  return chain(
    call(context.use('drizzle-orm/pg-core', 'unique'), quoted(one.name)),
    call('.on', ...columns),
    ...(one.hasDistinctNulls ? [] : ['.nullsNotDistinct()']),
  )
}

function foreignKeySource(
  context: PullContext,
  table: PulledTable,
  one: CatalogConstraint,
): Layout {
  const target = context.find(one.targetSchema, one.targetTable)
  const outside = target === undefined ? outsideTable(context, one) : undefined
  if (outside !== undefined)
    context.notes.push(
      `${tableName(table.table)}: the foreign key ${one.name} refers to ${one.targetSchema}.${one.targetTable}, which is not pulled: a new database needs that table before the first migration`,
    )
  const of = (column: string): string => {
    if (target === undefined) return `${outside}.${camelCase(column, 'column')}`
    return target === table
      ? columnIn(table, column)
      : `${target.name}.${target.fields.get(column)}`
  }
  return chain(
    call(
      context.use('drizzle-orm/pg-core', 'foreignKey'),
      object([
        `name: ${quoted(one.name)}`,
        entry('columns', list(one.columns.map((column) => columnIn(table, column)))),
        entry('foreignColumns', list(one.targetColumns.map(of))),
      ]),
    ),
    ...(one.onDelete === null ? [] : [`.onDelete(${quoted(one.onDelete)})`]),
    ...(one.onUpdate === null ? [] : [`.onUpdate(${quoted(one.onUpdate)})`]),
  )
}

function policySource(context: PullContext, policy: CatalogPolicy): Layout {
  const { name, as, for: command, to, using, withCheck } = policy
  const isPublic = to.length === 1 && to[0] === 'public'
  if (using !== null || withCheck !== null) context.use('drizzle-orm', 'sql')
  return call(
    context.use('drizzle-orm/pg-core', 'pgPolicy'),
    quoted(name),
    object([
      `as: ${quoted(as)}`,
      `for: ${quoted(command)}`,
      ...(isPublic ? [] : [entry('to', list(to.map(quoted)))]),
      ...(using === null ? [] : [`using: ${sqlLiteral(using)}`]),
      ...(withCheck === null ? [] : [`withCheck: ${sqlLiteral(withCheck)}`]),
    ]),
  )
}

function checkSource(context: PullContext, { name, definition }: CatalogConstraint): Layout {
  context.use('drizzle-orm', 'sql')
  return call(context.use('drizzle-orm/pg-core', 'check'), quoted(name), sqlLiteral(definition))
}

/** The constraints, indexes and policies that no field says. */
function extrasOf(
  context: PullContext,
  table: PulledTable,
  { own, said }: { readonly own: Belongings; readonly said: ReadonlySet<unknown> },
): Layout[] {
  const rest = own.constraints.filter((one) => !said.has(one))
  const of = (kind: CatalogConstraint['kind']) => rest.filter((one) => one.kind === kind)
  return [
    ...own.indexes.filter((one) => !said.has(one)).map((one) => indexSource(context, table, one)),
    ...of('unique').map((one) => uniqueSource(context, table, one)),
    ...of('foreign key').map((one) => foreignKeySource(context, table, one)),
    ...of('check').map((one) => checkSource(context, one)),
    ...own.policies.map((one) => policySource(context, one)),
  ]
}

/** True if the third argument refers to a model that is declared later, whose type TypeScript must not need yet. */
const refersAhead = (context: PullContext, table: PulledTable, rest: Belongings): boolean =>
  rest.constraints.some((one) => {
    const target = context.find(one.targetSchema, one.targetTable)
    return target !== undefined && target !== table && !context.isBefore(target, table)
  })

/** Facts about a table that its model cannot say. */
function noteDifferences({ notes }: PullContext, { table, columns }: PulledTable, own: Belongings) {
  const name = tableName(table)
  const note = (text: string): void => void notes.push(`${name}${text}`)
  const [key] = own.constraints.filter(({ kind }) => kind === 'primary key')
  if (key === undefined) note(' has no primary key: resource() and listing() need one')
  else if (key.name !== `${table.name}_pkey`)
    note(`: its primary key is named ${key.name}; a new database calls it ${table.name}_pkey`)
  if (table.kind === 'partitioned table')
    note(
      ' is partitioned: its partitions are left to Postgres, and a new database has one plain table',
    )
  for (const { name: column, generated } of columns)
    if (generated === 'virtual')
      note(`.${column} is a virtual generated column, which a model cannot have: it is left out`)
  for (const { kind, name: constraint, isValidated, isDeferrable } of own.constraints) {
    if (kind === 'exclusion')
      note(
        `: the exclusion constraint ${constraint} is written as its index: add it to new databases with plinth db generate --custom`,
      )
    if (!isValidated)
      note(`: the constraint ${constraint} is NOT VALID; a new database validates it`)
    if (isDeferrable)
      note(`: the constraint ${constraint} is deferrable; in a new database it is not`)
  }
  for (const { name: index, included, isValid } of own.indexes) {
    if (included > 0)
      note(`: the index ${index} has INCLUDE columns; in a new database it has none`)
    if (!isValid) note(`: the index ${index} is invalid: build it again, or drop it`)
  }
}

/** The source of a model. */
export function tableSource(context: PullContext, pulled: PulledTable): string {
  const { table, name, columns, fields } = pulled
  const own = belongingsOf(context, pulled)
  noteDifferences(context, pulled, own)
  const said = new Set<unknown>(own.constraints.filter(({ kind }) => kind === 'primary key'))
  const lines = columns
    .filter((column) => fields.has(column.name))
    .map((column) => {
      const parts = partsOf(context, pulled, { column, own })
      for (const part of Object.values(parts)) said.add(part)
      return { comment: column.comment, layout: fieldSource(context, pulled, { column, parts }) }
    })
  const rest: Belongings = { ...own, constraints: own.constraints.filter((one) => !said.has(one)) }
  const extras = extrasOf(context, pulled, { own, said })
  const type = refersAhead(context, pulled, rest)
    ? `: ${context.use('drizzle-orm/pg-core', 'type PgTableExtraConfigValue').slice(5)}[]`
    : ''
  const usesColumns = extras.some((one) => /\bt\./.test(flat(one)))
  const parameters = usesColumns ? '(t)' : '()'
  const callback = extras.length === 0 ? undefined : list(extras, `${parameters}${type} => [`)
  const options = [
    ...(table.schema === 'public' ? [] : [`schema: ${schemaConstant(context, table.schema)}`]),
    ...(componentName(table.name) === name ? [] : [`name: ${quoted(name)}`]),
  ]
  const third =
    options.length === 0
      ? callback
      : object([...options, ...(callback === undefined ? [] : [entry('table', callback)])])
  context.use('plinth', 'model')
  const head = `export const ${name} = model(`
  const body = (indent: string): string =>
    lines
      .map(
        ({ comment, layout }) =>
          `${docComment(comment, indent)}${indent}${print(layout, indent, 1)},\n`,
      )
      .join('')
  const source =
    third === undefined
      ? `${head}${quoted(table.name)}, {\n${body('  ')}})`
      : `${head}\n  ${quoted(table.name)},\n  {\n${body('    ')}  },\n  ${print(third, '  ', 1)},\n)`
  const security = table.hasRowSecurity && own.policies.length === 0 ? `\n${name}.enableRLS()` : ''
  return `${docComment(table.comment)}${source}${security}`
}
