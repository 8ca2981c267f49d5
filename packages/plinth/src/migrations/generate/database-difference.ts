import type { Hint, MissingHint } from 'drizzle-kit/api-postgres'
import type { Database } from '../../database/database.ts'
import type { DrizzleKit, Snapshot } from './drizzle-kit.ts'

interface ComparedStates {
  readonly models: Readonly<Record<string, unknown>>
  /** The states whose tables are compared; other tables in the database are ignored. */
  readonly states: readonly Snapshot[]
}

/** The statements that would make a database's tables match the models. Changes nothing. */
export async function databaseDifference(
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
      const found = await kit.pushSchema(models, db, only, {}, { hints })
      return found.sqlStatements
    } catch (error) {
      const missing = (error as { missingHints?: readonly MissingHint[] }).missingHints
      if (missing === undefined) throw error
      hints.push(...missing.map(anyHint))
    }
  }
}

/** Any resolution of a hint: only the existence of a difference matters. */
const anyHint = ({ type, kind, entity }: MissingHint): Hint =>
  ({ type: type === 'rename_or_create' ? 'create' : type, kind, entity }) as Hint

/** A name as a glob that matches nothing else. */
const escaped = (name: string): string => name.replaceAll(/[\\*?[\]{}()!+@|]/g, '\\$&')
