import type { Queryable } from '../../database/queryable.ts'
import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { fetchText } from './auth-query.ts'
import { quoteIdentifier } from '../../sql/quote-identifier.ts'

/** A column as it is in the database. */
export interface AuthColumn {
  readonly name: string
  /** As `information_schema` says it: `timestamp without time zone`. */
  readonly type: string
}

/** A table of Better Auth's as it is in the database. */
export interface AuthTable {
  /** Its name as it stands in a statement: `"public"."session"`. */
  readonly name: string
  /** A column by Better Auth's name for it, as `expiresAt`; undefined where there is none. */
  column(field: string): AuthColumn | undefined
}

/** Tables that are looked for together, in one schema. */
export interface TableRequirements {
  /** The schema that has them; else those of `search_path` are looked at. */
  readonly schema: string | undefined
  /** By Better Auth's name for the table: the fields without which it is not the one. */
  readonly tables: Readonly<Record<string, readonly string[]>>
}

type ColumnRow = readonly [
  schema: string,
  place: number | null,
  table: string,
  column: string,
  type: string,
]

/** 503: Better Auth's tables are not as they must be; the cause says how, for the log. */
export const tablesUnreadable = (message: string, cause?: unknown): HttpError =>
  new HttpError(503, 'Who calls cannot be checked at the moment', {
    code: 'PLINTH_AUTH_TABLES_UNREADABLE',
    headers: { 'retry-after': '5' },
    cause: new PlinthError('PLINTH_AUTH_TABLES_UNREADABLE', message, { cause }),
  })

/** A name as it stands in a statement. */
/** 'expiresAt' -> 'expires_at', as the Drizzle layout has it. */
const snake = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Better Auth's `usePlural`: session, sessions. */
const plural = (name: string): string => `${name}s`

/**
 * Finds tables of Better Auth's: as its own migrations make them (`"expiresAt" timestamptz`) or as Drizzle's do
 * (`expires_at timestamp`), in the singular or the plural.
 *
 * @throws {HttpError} `PLINTH_AUTH_TABLES_UNREADABLE`, 503: they are not there, or lack a column
 * @see https://www.better-auth.com/docs/concepts/database#core-schema
 */
export async function findTables(
  db: Queryable,
  wanted: TableRequirements,
): Promise<Record<string, AuthTable>> {
  const names = Object.keys(wanted.tables)
  const rows = await readColumns(db, [...names, ...names.map(plural)])
  const schemas = [...new Set(rows.map(([schema]) => schema))]
  const places = rows.filter(([schema, place]) =>
    wanted.schema === undefined ? place !== null : schema === wanted.schema,
  )
  for (const schema of new Set(places.map(([name]) => name)))
    for (const written of [(name: string) => name, plural]) {
      const found = tablesOf(
        rows.filter(([name]) => name === schema),
        names,
        written,
      )
      const isWhole = names.every((name) =>
        wanted.tables[name]!.every((field) => found[name]?.column(field) !== undefined),
      )
      if (isWhole) return found as Record<string, AuthTable>
    }
  throw tablesUnreadable(whyNot(wanted, schemas))
}

async function readColumns(db: Queryable, tables: readonly string[]): Promise<ColumnRow[]> {
  const text = `select coalesce(json_agg(json_build_array(schema, place, "table", "column", type) order by place), '[]')::text
from (select table_schema::text as schema, array_position(current_schemas(false)::text[], table_schema::text) as place,
  table_name::text as "table", column_name::text as "column", data_type::text as type
  from information_schema.columns where table_name in (${tables.map((name) => `'${name}'`).join(', ')})) found`
  return JSON.parse((await fetchText(db, { text, param: undefined })) ?? '[]') as ColumnRow[]
}

function tablesOf(
  rows: readonly ColumnRow[],
  names: readonly string[],
  written: (name: string) => string,
): Record<string, AuthTable | undefined> {
  return Object.fromEntries(
    names.map((name) => {
      const own = rows.filter(([, , table]) => table === written(name))
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

function whyNot({ schema, tables }: TableRequirements, found: readonly string[]): string {
  const names = Object.keys(tables).map((name) => `"${name}"`)
  const where = schema === undefined ? 'in no schema of search_path' : `not in schema "${schema}"`
  const elsewhere = found.filter((name) => name !== schema)
  const hint =
    elsewhere.length > 0
      ? ` There are tables of such names in schema ${elsewhere.map((name) => `"${name}"`).join(', ')}: name the right one as schema.`
      : ' Let Better Auth make them: npx auth migrate, or npx auth generate and drizzle-kit.'
  return `Better Auth's ${names.join(' and ')} ${names.length > 1 ? 'tables are' : 'table is'} ${where}, lack a column (${Object.values(tables).flat().join(', ')}), or may not be read by this role.${hint}`
}
