import type { Queryable } from '../../database/queryable.ts'
import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { fetchText } from './auth-query.ts'
import { quoteIdentifier } from '../../sql/quote-identifier.ts'

/** A column of Better Auth's as it exists in the database. */
export interface AuthColumn {
  readonly name: string
  /** The type's name in `information_schema`, such as `timestamp without time zone`. */
  readonly type: string
}

/** A table of Better Auth's as it exists in the database. */
export interface AuthTable {
  /** Its quoted name for a statement: `"public"."session"`. */
  readonly name: string
  /** Finds a column by Better Auth's name for it, such as `expiresAt`. */
  column(field: string): AuthColumn | undefined
}

/** Tables to look for together, in one schema. */
export interface TableRequirements {
  /** The schema to search. Default: the schemas of `search_path`. */
  readonly schema: string | undefined
  /** The required fields of each table, by Better Auth's name for the table. */
  readonly tables: Readonly<Record<string, readonly string[]>>
}

type ColumnRow = readonly [
  schema: string,
  pathIndex: number | null,
  table: string,
  column: string,
  type: string,
]

/** The 503 for missing or unexpected tables. Its cause has the reason, for the log only. */
export const tablesUnreadable = (message: string, cause?: unknown): HttpError =>
  new HttpError(503, 'The caller cannot be authenticated at the moment. Try again later.', {
    code: 'PLINTH_AUTH_TABLES_UNREADABLE',
    headers: { 'retry-after': '5' },
    cause: new PlinthError('PLINTH_AUTH_TABLES_UNREADABLE', message, { cause }),
  })

/** 'expiresAt' -> 'expires_at', as in Drizzle's layout. */
const snake = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The table name with Better Auth's `usePlural`: session -> sessions. */
const plural = (name: string): string => `${name}s`

/**
 * Finds Better Auth's tables.
 * They have the layout of its own migrations (`"expiresAt" timestamptz`) or of Drizzle's (`expires_at timestamp`), with
 * singular or plural names.
 *
 * @throws {HttpError} `PLINTH_AUTH_TABLES_UNREADABLE`, 503: a table or a column is missing
 * @see https://www.better-auth.com/docs/concepts/database#core-schema
 */
export async function findTables(
  db: Queryable,
  required: TableRequirements,
): Promise<Record<string, AuthTable>> {
  const names = Object.keys(required.tables)
  const rows = await readColumns(db, [...names, ...names.map(plural)])
  const schemas = [...new Set(rows.map(([schema]) => schema))]
  const candidates = rows.filter(([schema, pathIndex]) =>
    required.schema === undefined ? pathIndex !== null : schema === required.schema,
  )
  for (const schema of new Set(candidates.map(([name]) => name)))
    for (const spelling of [(name: string) => name, plural]) {
      const found = tablesOf(
        rows.filter(([name]) => name === schema),
        names,
        spelling,
      )
      const isComplete = names.every((name) =>
        required.tables[name]!.every((field) => found[name]?.column(field) !== undefined),
      )
      if (isComplete) return found as Record<string, AuthTable>
    }
  throw tablesUnreadable(reasonFor(required, schemas))
}

async function readColumns(db: Queryable, tables: readonly string[]): Promise<ColumnRow[]> {
  const text = `select coalesce(json_agg(json_build_array(schema, path_index, "table", "column", type) order by path_index), '[]')::text
from (select table_schema::text as schema, array_position(current_schemas(false)::text[], table_schema::text) as path_index,
  table_name::text as "table", column_name::text as "column", data_type::text as type
  from information_schema.columns where table_name in (${tables.map((name) => `'${name}'`).join(', ')})) found`
  return JSON.parse((await fetchText(db, { text, param: undefined })) ?? '[]') as ColumnRow[]
}

function tablesOf(
  rows: readonly ColumnRow[],
  names: readonly string[],
  spelling: (name: string) => string,
): Record<string, AuthTable | undefined> {
  return Object.fromEntries(
    names.map((name) => {
      const own = rows.filter(([, , table]) => table === spelling(name))
      const [first] = own
      if (first === undefined) return [name, undefined]
      const columns = new Map(own.map(([, , , column, type]) => [column, { name: column, type }]))
      return [
        name,
        {
          name: `${quoteIdentifier(first[0])}.${quoteIdentifier(first[2])}`,
          column: (field: string) => columns.get(field) ?? columns.get(snake(field)),
        },
      ]
    }),
  )
}

function reasonFor({ schema, tables }: TableRequirements, found: readonly string[]): string {
  const names = Object.keys(tables).map((name) => `"${name}"`)
  const where = schema === undefined ? 'any schema of search_path' : `schema "${schema}"`
  const elsewhere = found.filter((name) => name !== schema)
  const hint =
    elsewhere.length > 0
      ? ` Tables with these names exist in schema ${elsewhere.map((name) => `"${name}"`).join(', ')}: set the schema option to the right one.`
      : ' Create them with Better Auth: npx auth migrate, or npx auth generate and drizzle-kit.'
  return `Better Auth's ${names.join(' and ')} ${names.length > 1 ? 'tables were' : 'table was'} not found in ${where}, lack a required column (${Object.values(tables).flat().join(', ')}), or cannot be read by this role.${hint}`
}
