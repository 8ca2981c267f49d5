import { sql } from 'drizzle-orm'
import type { Hint, MissingHint } from 'drizzle-kit/api-postgres'
import type { Database } from '../../database/database.ts'
import { postgresFailure } from '../../database/drivers/sql-state.ts'
import { quoteIdentifier } from '../../sql/quote-identifier.ts'
import type { CatalogLine } from './catalog.ts'
import type { DrizzleKit, Snapshot } from './drizzle-kit.ts'
import { stateOfModels } from './models-state.ts'
import { compareCatalogs } from './scratch-schema.ts'

interface ComparedStates {
  readonly models: Readonly<Record<string, unknown>>
  /** The states whose tables are compared; other tables in the database are ignored. */
  readonly states: readonly Snapshot[]
}

/**
 * The statements that would make a database's tables match the models. Changes nothing.
 *
 * Postgres creates the models' tables in scratch schemas and prints both sides. Where it may not, as
 * for a role that only reads, drizzle-kit compares texts, which can differ although they mean the same.
 */
export async function databaseDifference(
  kit: DrizzleKit,
  db: Database,
  { models, states }: ComparedStates,
): Promise<readonly string[]> {
  const differing = await differingObjects(kit, db, models)
  if (differing?.size === 0) return []
  const statements = await pushedStatements(kit, db, { models, states })
  if (differing === undefined) return statements
  const concerns = (text: string): boolean =>
    [...differing.keys()].some((of) =>
      text.includes(`"${(of.split('.').at(-1) ?? '').replaceAll('"', '')}"`),
    )
  const found = statements.filter(concerns)
  return found.length > 0 ? found : [...differing.values()].flat()
}

/** Both sides of each object that differs, as comments; undefined if Postgres cannot create the tables. */
async function differingObjects(
  kit: DrizzleKit,
  db: Database,
  models: Readonly<Record<string, unknown>>,
): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  try {
    const state = await stateOfModels(kit, models)
    const { database, models: own } = await compareCatalogs(kit, db, state)
    const differing = new Map<string, string[]>()
    const compare = (
      lines: readonly CatalogLine[],
      others: readonly CatalogLine[],
      side: string,
    ) => {
      const there = new Set(others.map(({ of, line }) => `${of}\0${line}`))
      for (const { of, line } of lines)
        if (!there.has(`${of}\0${line}`))
          differing.set(of, [
            ...(differing.get(of) ?? []),
            `-- ${of}, only in the ${side}: ${line}`,
          ])
    }
    compare(own, database, 'models')
    compare(database, own, 'database')
    return differing
  } catch (error) {
    if (postgresFailure(error) === undefined) throw error
    return undefined
  }
}

async function pushedStatements(
  kit: DrizzleKit,
  db: Database,
  { models, states }: ComparedStates,
): Promise<readonly string[]> {
  const tables = states.flatMap(({ ddl }) =>
    ddl.flatMap((entity) => (entity.entityType === 'tables' ? entity : [])),
  )
  const only = {
    tables: [...new Set(tables.map(({ name }) => escaped(name)))],
    schemas: [...new Set(['public', ...tables.map(({ schema }) => escaped(schema))])],
    entities: undefined,
    extensions: [],
  }
  const hints: Hint[] = []
  for (;;) {
    try {
      const { sqlStatements } = await kit.pushSchema(models, db, only, {}, { hints })
      const isLeftAlone = await leftAlone(db, sqlStatements, states)
      return sqlStatements.filter((statement) => !isLeftAlone(statement))
    } catch (error) {
      const missing = (error as { missingHints?: readonly MissingHint[] }).missingHints
      if (missing === undefined) throw error
      hints.push(...missing.map(anyHint))
    }
  }
}

const dropped = /^DROP (?:TYPE|SEQUENCE|SCHEMA) (.+?);?$/
const columnDrop = /^ALTER TABLE .+ DROP COLUMN /

/**
 * Returns a test for the statements that would drop something that models do not describe.
 *
 * That is a type, sequence or schema that no model ever declared, or a virtual generated column.
 */
async function leftAlone(
  db: Database,
  statements: readonly string[],
  states: readonly Snapshot[],
): Promise<(statement: string) => boolean> {
  const declared = new Set(
    states.flatMap(({ ddl }) =>
      ddl.flatMap((entity) => {
        if (entity.entityType === 'schemas') return quoteIdentifier(entity.name)
        if (entity.entityType !== 'enums' && entity.entityType !== 'sequences') return []
        const name = quoteIdentifier(entity.name)
        return entity.schema === 'public' ? name : `${quoteIdentifier(entity.schema)}.${name}`
      }),
    ),
  )
  const virtual = statements.some((one) => columnDrop.test(one))
    ? await virtualColumnDrops(db)
    : new Set()
  return (statement) => {
    const name = dropped.exec(statement)?.[1]
    return (name !== undefined && !declared.has(name)) || virtual.has(statement)
  }
}

/** The statements by which drizzle-kit would drop the virtual generated columns of a database. */
async function virtualColumnDrops(db: Database): Promise<ReadonlySet<unknown>> {
  const { rows } = await db.execute(
    sql`select format('ALTER TABLE %s"%s" DROP COLUMN "%s";',
        case n.nspname when 'public' then '' else format('"%s".', n.nspname) end, c.relname, a.attname) as statement
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where a.attgenerated = 'v' and not a.attisdropped`,
  )
  return new Set(rows.map((row) => row['statement']))
}

/** Any resolution of a hint: only the existence of a difference matters. */
const anyHint = ({ type, kind, entity }: MissingHint): Hint =>
  ({ type: type === 'rename_or_create' ? 'create' : type, kind, entity }) as Hint

/** A name as a glob that matches nothing else. */
const escaped = (name: string): string => name.replaceAll(/[\\*?[\]{}()!+@|]/g, '\\$&')
