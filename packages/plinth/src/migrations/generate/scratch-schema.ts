import { sql } from 'drizzle-orm'
import { quoteIdentifier } from '../../sql/quote-identifier.ts'
import type { Queryable } from '../../database/queryable.ts'
import { type CatalogLine, readCatalog } from './catalog.ts'
import type { DrizzleKit, Entity, Snapshot } from './drizzle-kit.ts'

/** The catalogs of a database and of what its models would create in it. */
export interface ComparedCatalogs {
  readonly database: readonly CatalogLine[]
  readonly models: readonly CatalogLine[]
}

const scratch = 'plinth_check_'

/** The schemas of a state's tables, with the schema that stands in for each. */
function standIns({ ddl }: Snapshot): Map<string, string> {
  const names = ddl.flatMap((entity) => ('schema' in entity ? entity.schema : []))
  return new Map([...new Set(['public', ...names])].map((name, at) => [name, `${scratch}${at}`]))
}

/** The state in its stand-in schemas. References to tables and types outside of the state stay. */
function movedState(state: Snapshot, schemas: ReadonlyMap<string, string>): Snapshot {
  const has = (type: Entity['entityType'], schema: string, name: string): boolean =>
    state.ddl.some(
      (one) =>
        one.entityType === type &&
        'schema' in one &&
        'name' in one &&
        one.schema === schema &&
        one.name === name,
    )
  const to = (schema: string): string => schemas.get(schema) ?? schema
  const ddl = state.ddl.flatMap((entity): Entity[] => {
    if (!('schema' in entity) || entity.entityType === 'privileges') return []
    const moved = { ...entity, schema: to(entity.schema) }
    if (moved.entityType === 'fks' && has('tables', moved.schemaTo, moved.tableTo))
      return [{ ...moved, schemaTo: to(moved.schemaTo) }]
    if (moved.entityType === 'columns' && has('enums', moved.typeSchema ?? 'public', moved.type))
      return [{ ...moved, typeSchema: to(moved.typeSchema ?? 'public') }]
    return [moved]
  })
  return { ...state, ddl }
}

const undone = Symbol('undone')

/**
 * Creates the tables of a state in scratch schemas, reads them back, and undoes that.
 *
 * Postgres itself then says how it prints each default, check, index and policy, so that what is
 * written in two ways compares as one.
 */
export async function compareCatalogs(
  kit: DrizzleKit,
  db: Queryable,
  state: Snapshot,
): Promise<ComparedCatalogs> {
  const schemas = standIns(state)
  const empty = { ...state, ddl: [] }
  const statements = await kit.generateMigration(empty, movedState(state, schemas))
  const makeSchemas = [...schemas.values()].map((name) => `create schema ${name}`)
  let found: ComparedCatalogs | undefined
  try {
    await db.transaction(async (tx) => {
      const path = [...schemas.values()][0] ?? ''
      const settings = `set local lock_timeout = '2s'; set local search_path = ${path}, public`
      await tx.execute(sql.raw([...makeSchemas, settings, ...statements].join(';\n')))
      await tx.execute(sql.raw('set local search_path = pg_catalog'))
      const models = await readCatalog(tx, [...schemas.values()])
      const places = await quotedNames(tx, schemas)
      const lines = models.map(({ of, line }) => ({
        of: moveBack(of, places),
        line: moveBack(line, places),
      }))
      const known = new Set(lines.map(({ of }) => of))
      const all = await readCatalog(tx, [...schemas.keys()])
      found = { models: lines, database: all.filter(({ of }) => known.has(of)) }
      throw undone
    })
  } catch (error) {
    if (error !== undone) throw error
  }
  return found ?? { models: [], database: [] }
}

/** The real names, as Postgres quotes them, by the names of their stand-ins. */
async function quotedNames(
  db: Pick<Queryable, 'execute'>,
  schemas: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.execute<{ real: string; name: string }>(
    sql`select quote_ident(nspname) as name, nspname as real from pg_namespace where nspname = any(${sql.param([...schemas.keys()])})`,
  )
  const quoted = new Map(rows.map(({ real, name }) => [real, name]))
  return new Map(
    [...schemas].map(([real, stand]) => [stand, quoted.get(real) ?? quoteIdentifier(real)]),
  )
}

const moveBack = (text: string, places: ReadonlyMap<string, string>): string =>
  text.replaceAll(new RegExp(`\\b${scratch}\\d+(?=\\.)`, 'g'), (name) => places.get(name) ?? name)
