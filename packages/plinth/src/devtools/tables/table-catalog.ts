import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import type { Database } from '../../database/database.ts'
import { HttpError } from '../../errors/http-error.ts'
import { type Catalog, type CatalogColumn, readCatalog } from '../../migrations/pull/catalog.ts'
import { columnsOf } from '../../models/model-columns.ts'
import type { DevService } from '../dev-service.types.ts'
import { tableId } from '../diagrams/models-graph.ts'
import { boundedTransaction, inWords, mostWait } from './bounded-transaction.ts'
import { isSecretColumn } from './secret-columns.ts'
import type { ShownColumn, ShownReference, ShownTable } from './shown-table.types.ts'

/** Schemas whose tables other views show: those of jobs, of Plinth, and of migrations. */
const internalSchemas: readonly string[] = ['pgboss', 'plinth', 'drizzle']

/**
 * The database of the service.
 *
 * @throws {HttpError} 404: it has none
 */
export function databaseOf({ db }: DevService): Database {
  if (db !== undefined) return db
  throw new HttpError(404, 'This service has no database: src/database.ts exports none')
}

/** The tables of the database, as they are now, in the order of their names. Views are left out. */
export async function readTables(service: DevService): Promise<ShownTable[]> {
  const db = databaseOf(service)
  const schemas = await boundedTransaction(db, 'read only', async (run) => {
    const text = `select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1`
    const { rows } = await run({ text, params: [] })
    return (rows as unknown as string[][]).map(([name]) => name!)
  })
  const shown = schemas.filter((name) => !internalSchemas.includes(name))
  const catalog = await readCatalog(db, shown, mostWait).catch((error: unknown) => {
    throw inWords(error)
  })
  const hidden = hiddenColumns(await service.models())
  return catalog.tables
    .filter(
      ({ kind, isPartition, extension }) =>
        (kind === 'table' || kind === 'partitioned table') && !isPartition && extension === null,
    )
    .map((table) => shownTable(table, catalog, hidden))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/**
 * One table of the database.
 *
 * @throws {HttpError} 404: there is no such table
 */
export async function readTable(service: DevService, id: string): Promise<ShownTable> {
  const found = (await readTables(service)).find((table) => table.id === id)
  if (found !== undefined) return found
  throw new HttpError(404, `The database has no table "${id}"`)
}

/** The columns of fields that a model never sends, in the form `table.column`. */
function hiddenColumns(models: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const tables = Object.values(models).filter((value) => is(value, PgTable))
  return new Set(
    tables.flatMap((table) => {
      const { name, schema } = getTableConfig(table)
      const hidden = (columnsOf(table) ?? []).filter((column) => column.hidden)
      return hidden.map(({ column }) => `${tableId(name, schema)}.${column}`)
    }),
  )
}

function shownTable(
  { schema, name }: Catalog['tables'][number],
  { columns, constraints, enums }: Catalog,
  hidden: ReadonlySet<string>,
): ShownTable {
  const id = tableId(name, schema)
  const isOwn = (one: { readonly schema: string; readonly table: string }): boolean =>
    one.schema === schema && one.table === name
  const key = constraints.find((one) => isOwn(one) && one.kind === 'primary key')?.columns ?? []
  const foreign = constraints.filter(({ kind }) => kind === 'foreign key')
  return {
    id,
    schema,
    name,
    key,
    columns: columns.filter(isOwn).map((column) => ({
      ...shownColumn(column, enums),
      isKey: key.includes(column.name),
      isSecret: hidden.has(`${id}.${column.name}`) || isSecretColumn(name, column.name),
    })),
    references: foreign.filter(isOwn).map((one) => ({
      table: tableId(one.targetTable ?? '', one.targetSchema ?? undefined),
      columns: one.columns.map((own, at) => ({ own, target: one.targetColumns[at] ?? '' })),
    })),
    referredBy: foreign
      .filter((one) => one.targetSchema === schema && one.targetTable === name)
      .map((one): ShownReference => ({
        table: tableId(one.table, one.schema),
        columns: one.columns.map((own, at) => ({ own: one.targetColumns[at] ?? '', target: own })),
      })),
  }
}

function shownColumn(
  column: CatalogColumn,
  enums: Catalog['enums'],
): Omit<ShownColumn, 'isKey' | 'isSecret'> {
  const { name, type, typeSchema, typeName, dimensions, isNotNull } = column
  const values = enums.find((one) => one.schema === typeSchema && one.name === typeName)?.values
  return {
    name,
    type: type + '[]'.repeat(dimensions),
    isNullable: !isNotNull,
    isGenerated: column.identity === 'always' || column.generated !== null,
    fallback: column.identity === null && column.generated === null ? column.expression : null,
    ...(values !== undefined && dimensions === 0 && { values }),
  }
}
