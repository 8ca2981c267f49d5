import { sqlState } from '../../database/drivers/sql-state.ts'
import { HttpError } from '../../errors/http-error.ts'
import { quoteIdentifier } from '../../sql/quote-identifier.ts'
import type { DevService } from '../dev-service.types.ts'
import { boundedTransaction, type PageStatement, type RunStatement } from './bounded-transaction.ts'
import type {
  Cell,
  RowPage,
  ShownColumn,
  ShownRow,
  ShownTable,
  TableSummary,
  Values,
} from './shown-table.types.ts'
import { mostCounted } from './shown-table.types.ts'
import { databaseOf, readTable, readTables } from './table-catalog.ts'

/** The bounds of a page of rows. */
const most = { rows: 50, offset: 1_000_000, filters: 10, characters: 300, whole: 100_000 } as const

/** The name of a table in a statement. */
export const tableName = ({ schema, name }: ShownTable): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`

/**
 * Finds a column that may be named in a statement.
 *
 * @throws {HttpError} 422: the column does not exist, or its values are masked
 */
export function columnNamed({ id, columns }: ShownTable, name: string): ShownColumn {
  const found = columns.find((column) => column.name === name)
  if (found === undefined) throw new HttpError(422, `"${id}" has no column "${name}"`)
  if (found.isSecret)
    throw new HttpError(422, `"${name}" is masked: it cannot be filtered, sorted or written here`)
  return found
}

const textOf = ({ name }: ShownColumn): string => `${quoteIdentifier(name)}::text`

/** Types without an operator for equality, which are compared as text. */
const comparedAsText = /^(?:json|xml|point|polygon|line|lseg|path|box|circle)\b/

const unmodified: Readonly<Record<string, string>> = { character: 'bpchar', bit: 'bit varying' }

/**
 * A parameter with the text of a value of a column.
 *
 * The type has no length: a cast would cut a longer text in silence, and the assignment refuses it.
 */
export function valueFor({ type }: ShownColumn, parameter: string): string {
  const plain = type.startsWith('"') ? type : type.replace(/\(\d+(?:,-?\d+)?\)/, '')
  return `${parameter}::text::${unmodified[plain] ?? plain}`
}

type Write = (column: ShownColumn, parameter: string) => string

const compares =
  (operator: string): Write =>
  (column, parameter) =>
    comparedAsText.test(column.type)
      ? `${textOf(column)} ${operator} ${parameter}::text`
      : `${quoteIdentifier(column.name)} ${operator} ${valueFor(column, parameter)}`

/** The operators of filters, as the page names them. */
const operators: Readonly<Record<string, Write>> = {
  eq: compares('='),
  ne: compares('is distinct from'),
  lt: compares('<'),
  lte: compares('<='),
  gt: compares('>'),
  gte: compares('>='),
  contains: (column, parameter) =>
    `position(lower(${parameter}::text) in lower(${textOf(column)})) > 0`,
  null: (column) => `${quoteIdentifier(column.name)} is null`,
  notnull: (column) => `${quoteIdentifier(column.name)} is not null`,
}
const withoutValue: ReadonlySet<string> = new Set(['null', 'notnull'])

/** The rows to read: `filter=title:contains:milk`, `sort=-created_at`, `offset=50`. */
interface RowQuery {
  readonly filters: readonly (readonly [name: string, operator: string, value: string])[]
  readonly sort: string
  readonly offset: number
}

/** @throws {HttpError} 422: too many filters, or an offset that is too large */
export function readQuery(query: URLSearchParams): RowQuery {
  const filters = query.getAll('filter').map((text) => {
    const [name = '', operator = '', ...value] = text.split(':')
    return [decodeURIComponent(name), operator, value.join(':')] as const
  })
  const offset = Number(query.get('offset') ?? 0)
  if (filters.length > most.filters)
    throw new HttpError(422, `At most ${most.filters} filters can be combined`)
  if (!Number.isInteger(offset) || offset < 0 || offset > most.offset)
    throw new HttpError(422, `The offset is a whole number up to ${most.offset}`)
  return { filters, offset, sort: query.get('sort') ?? '' }
}

/** The SELECT for a page of rows, and one more row to know whether there is another page. */
export function selectRows(table: ShownTable, { filters, sort, offset }: RowQuery): PageStatement {
  const params: string[] = []
  const conditions = filters.map(([name, operator, value]) => {
    const write = Object.hasOwn(operators, operator) ? operators[operator] : undefined
    if (write === undefined)
      throw new HttpError(
        422,
        `There is no operator "${operator}". Expected one of: ${Object.keys(operators).join(', ')}`,
      )
    const column = columnNamed(table, name)
    if (withoutValue.has(operator)) return write(column, '')
    params.push(value)
    return write(column, `$${params.length}`)
  })
  const isDown = sort.startsWith('-')
  const sorted = sort === '' ? undefined : columnNamed(table, isDown ? sort.slice(1) : sort)
  const order = [
    ...(sorted === undefined ? [] : [`${textForSort(sorted)} ${isDown ? 'desc' : 'asc'}`]),
    ...(table.key.length > 0 ? table.key.map(quoteIdentifier) : ['ctid']),
  ]
  const lines = [
    `select ${table.columns.map((column) => shownValue(column)).join(',\n  ')}`,
    `from ${tableName(table)}`,
    ...(conditions.length === 0 ? [] : [`where ${conditions.join('\n  and ')}`]),
    `order by ${order.join(', ')}`,
    `limit ${most.rows + 1} offset ${offset}`,
  ]
  return { text: lines.join('\n'), params }
}

const textForSort = (column: ShownColumn): string =>
  comparedAsText.test(column.type) ? textOf(column) : quoteIdentifier(column.name)

/** A column in a SELECT: never the value of a secret, and only the beginning of a long text. A key is whole. */
function shownValue(column: ShownColumn, characters: number = most.characters): string {
  const { name, isSecret, isKey } = column
  if (isSecret) return `case when ${quoteIdentifier(name)} is not null then '' end`
  return isKey ? textOf(column) : `left(${textOf(column)}, ${characters + 1})`
}

const cellOf = (column: ShownColumn, text: string | null, characters: number): Cell => {
  if (text === null) return null
  if (column.isSecret) return { masked: true }
  return text.length > characters && !column.isKey ? { part: text.slice(0, characters) } : text
}

function rowOf(table: ShownTable, texts: readonly (string | null)[], characters: number): ShownRow {
  const key = table.columns.flatMap(({ name, isKey, isSecret }, at) =>
    isKey && !isSecret ? [[name, texts[at] ?? ''] as const] : [],
  )
  return {
    key: key.length === table.key.length ? Object.fromEntries(key) : {},
    cells: table.columns.map((column, at) => cellOf(column, texts[at] ?? null, characters)),
  }
}

/** A page of the rows of a table. */
export async function readRows(
  service: DevService,
  id: string,
  query: URLSearchParams,
): Promise<RowPage> {
  const asked = readQuery(query)
  const table = await readTable(service, id)
  const statement = selectRows(table, asked)
  const { rows } = await boundedTransaction(databaseOf(service), 'read only', (run) =>
    run(statement),
  )
  // The rows are arrays of texts: every column was cast to text.
  const found = rows as unknown as (string | null)[][]
  return {
    table,
    rows: found.slice(0, most.rows).map((texts) => rowOf(table, texts, most.characters)),
    offset: asked.offset,
    hasMore: found.length > most.rows,
    statement: statement.text,
    params: statement.params,
  }
}

/** The condition for the row with this key, whose values are the parameters after `before`. */
export function whereKey(table: ShownTable, key: Values, before: number): PageStatement {
  if (table.key.length === 0)
    throw new HttpError(422, `"${table.id}" has no primary key: its rows cannot be told apart`)
  const columns = table.key.map((name) => columnNamed(table, name))
  const params = columns.map(({ name }) => {
    const value = Object.hasOwn(key, name) ? key[name] : undefined
    if (typeof value === 'string') return value
    throw new HttpError(422, `The key of the row needs "${name}"`)
  })
  const conditions = columns.map(
    (column, at) => `${quoteIdentifier(column.name)} = ${valueFor(column, `$${before + at + 1}`)}`,
  )
  return { text: conditions.join(' and '), params }
}

/**
 * Reads one row with its whole values, up to 100,000 characters each.
 *
 * @throws {HttpError} 404: it is gone
 */
export async function readRow(
  table: ShownTable,
  key: Values,
  run: RunStatement,
): Promise<ShownRow> {
  const where = whereKey(table, key, 0)
  const columns = table.columns.map((column) => shownValue(column, most.whole))
  const { rows } = await run({
    text: `select ${columns.join(', ')} from ${tableName(table)} where ${where.text}`,
    params: where.params,
  })
  const [texts] = rows as unknown as (string | null)[][]
  if (texts === undefined) throw new HttpError(404, 'There is no row with this key: it was deleted')
  return rowOf(table, texts, most.whole)
}

/** The tables with their numbers of rows, which are counted up to a bound. */
export async function readSummaries(service: DevService): Promise<TableSummary[]> {
  const tables = await readTables(service)
  const counted = tables
    .slice(0, 200)
    .map(
      (table, at) =>
        `select ${at}, (select count(*) from (select from ${tableName(table)} limit ${mostCounted + 1}) part)::int`,
    )
  const counts = await countAll(service, counted)
  return tables.map(({ id, columns }, at) => ({
    id,
    columns: columns.length,
    rows: counts.get(at) ?? null,
  }))
}

/** The counts by position; none if a table is locked, or may not be read. */
async function countAll(
  service: DevService,
  selects: readonly string[],
): Promise<ReadonlyMap<number, number>> {
  if (selects.length === 0) return new Map()
  try {
    const { rows } = await boundedTransaction(databaseOf(service), 'read only', (run) =>
      run({ text: selects.join('\nunion all\n'), params: [] }),
    )
    return new Map(rows as unknown as [number, number][])
  } catch (error) {
    const state = sqlState(error)
    if (state !== undefined && uncountable.has(state)) return new Map()
    throw error
  }
}

/** A lock is held, the statement took too long, or the login may not read a table. */
const uncountable: ReadonlySet<string> = new Set(['55P03', '57014', '42501'])
