import type { Hint, MissingHint } from 'drizzle-kit/api-postgres'
import type { Database } from '../../database/database.ts'
import type { DrizzleKit, Snapshot } from './drizzle-kit.ts'

interface Compared {
  readonly models: Readonly<Record<string, unknown>>
  /** States whose tables are looked at: those of nobody else. */
  readonly states: readonly Snapshot[]
}

/** The statements that would make of a database's tables what the models say. Nothing is changed. */
export async function databaseDifference(
  kit: DrizzleKit,
  db: Database,
  { models, states }: Compared,
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
      hints.push(...missing.map(anyAnswer))
    }
  }
}

/** What it would mean does not matter: that there is a difference is enough. */
const anyAnswer = ({ type, kind, entity }: MissingHint): Hint =>
  ({ type: type === 'rename_or_create' ? 'create' : type, kind, entity }) as Hint

/** A name as a glob that fits nothing else. */
const escaped = (name: string): string => name.replaceAll(/[\\*?[\]{}()!+@|]/g, '\\$&')
