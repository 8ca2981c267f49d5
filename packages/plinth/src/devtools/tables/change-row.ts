import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import { HttpError } from '../../errors/http-error.ts'
import { quoteIdentifier } from '../../sql/quote-identifier.ts'
import type { DevService } from '../dev-service.types.ts'
import { boundedTransaction, type PageStatement } from './bounded-transaction.ts'
import { columnNamed, tableName, valueFor, whereKey } from './read-rows.ts'
import type {
  PlannedChange,
  RowChange,
  ShownColumn,
  ShownTable,
  Values,
} from './shown-table.types.ts'
import { databaseOf, readTable } from './table-catalog.ts'

const value = z.string().max(1_000_000)
const values = z.record(z.string(), value.nullable())
const changeSchema: z.ZodType<RowChange> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('insert'), set: values }),
  z.strictObject({ kind: z.literal('update'), key: values, set: values, was: values }),
  z.strictObject({ kind: z.literal('delete'), key: values }),
])
const confirmedSchema = z.strictObject({ change: changeSchema, confirm: z.string().max(100) })

/** Signs planned statements, so that only what was shown can run. */
const signingKey = randomBytes(32)

const signatureOf = (table: ShownTable, { text, params }: PageStatement): string =>
  createHmac('sha256', signingKey)
    .update(JSON.stringify([table.id, text, params]))
    .digest('base64url')

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  throw new HttpError(422, `The change is not valid: ${z.prettifyError(result.error)}`)
}

/** A column that may be written. */
function writable(table: ShownTable, name: string): ShownColumn {
  const column = columnNamed(table, name)
  if (column.isGenerated)
    throw new HttpError(422, `"${name}" cannot be written: the database generates it`)
  return column
}

function insertOf(table: ShownTable, set: Values): PageStatement {
  const columns = Object.keys(set).map((name) => writable(table, name))
  const into = `insert into ${tableName(table)}`
  if (columns.length === 0) return { text: `${into} default values`, params: [] }
  return {
    text: `${into}\n  (${columns.map(({ name }) => quoteIdentifier(name)).join(', ')})\nvalues\n  (${columns.map((column, at) => valueFor(column, `$${at + 1}`)).join(', ')})`,
    params: Object.values(set),
  }
}

/** Changes a row only if the changed columns still have the values that the page showed. */
function updateOf(
  table: ShownTable,
  { key, set, was }: Extract<RowChange, { readonly kind: 'update' }>,
): PageStatement {
  const columns = Object.keys(set).map((name) => writable(table, name))
  if (columns.length === 0) throw new HttpError(422, 'Nothing was changed')
  const where = whereKey(table, key, columns.length)
  const before = columns.map(({ name }) => {
    if (Object.hasOwn(was, name)) return was[name] ?? null
    throw new HttpError(422, `"was" needs the value that "${name}" had`)
  })
  const first = columns.length + where.params.length
  const same = columns.map(
    ({ name }, at) =>
      `${quoteIdentifier(name)}::text is not distinct from $${first + at + 1}::text`,
  )
  return {
    text: [
      `update ${tableName(table)}`,
      `set ${columns.map((column, at) => `${quoteIdentifier(column.name)} = ${valueFor(column, `$${at + 1}`)}`).join(',\n  ')}`,
      `where ${[where.text, ...same].join('\n  and ')}`,
    ].join('\n'),
    params: [...Object.values(set), ...where.params, ...before],
  }
}

function deleteOf(table: ShownTable, key: Values): PageStatement {
  const where = whereKey(table, key, 0)
  return { text: `delete from ${tableName(table)}\nwhere ${where.text}`, params: where.params }
}

/**
 * The statement of a change.
 *
 * @throws {HttpError} 422: a column does not exist, is masked, or cannot be written; the key is not complete
 */
export function statementOf(table: ShownTable, change: RowChange): PageStatement {
  if (change.kind === 'insert') return insertOf(table, change.set)
  return change.kind === 'update' ? updateOf(table, change) : deleteOf(table, change.key)
}

/** Plans a change: returns the statement, and runs nothing. */
export async function planChange(
  service: DevService,
  id: string,
  body: unknown,
): Promise<PlannedChange> {
  const table = await readTable(service, id)
  const statement = statementOf(table, parsed(changeSchema, body))
  return {
    statement: statement.text,
    params: statement.params,
    confirm: signatureOf(table, statement),
  }
}

/**
 * Runs a change that was planned and confirmed, in a transaction that is rolled back unless one row changes.
 *
 * @throws {HttpError} 409: the row changed meanwhile, or the database refused; 422: another statement was confirmed
 */
export async function runChange(service: DevService, id: string, body: unknown): Promise<void> {
  const { change, confirm } = parsed(confirmedSchema, body)
  const table = await readTable(service, id)
  const statement = statementOf(table, change)
  const wanted = Buffer.from(signatureOf(table, statement))
  const sent = Buffer.from(confirm)
  if (sent.length !== wanted.length || !timingSafeEqual(sent, wanted))
    throw new HttpError(422, 'This is not the statement that was confirmed: look at it again')
  await boundedTransaction(databaseOf(service), 'read write', async (run) => {
    const { rowCount } = await run(statement)
    if (rowCount === 1) return
    throw new HttpError(
      409,
      rowCount === 0
        ? 'The row was changed or deleted meanwhile, or a policy hides it. Nothing was written: load it again'
        : `The statement would have changed ${rowCount} rows, and was rolled back`,
    )
  })
}
