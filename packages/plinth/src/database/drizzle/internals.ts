// Drizzle's query builders keep their parts in private fields. Everything that reads those fields is in this folder. It
// makes queries cheaper, and nothing depends on it: when the fields are not the known ones, queries use Drizzle's
// public API, and JavaScript writes the JSON.
import { and, desc, eq, inArray } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { processWarning } from '../../logging/startup-warnings.ts'
import { fastPath } from '../../settings/fast-path.ts'
import type { AnyQueryable } from '../queryable.ts'
import { codecsOf, type BuiltQuery } from './query-config.ts'
import { selectedColumns } from './selected-columns.ts'
import { SqlTextCache } from './sql-text-cache.ts'

/** The result of the check. It belongs to the process, because all databases in it share one copy of Drizzle. */
const checked: { known?: boolean } = {}

/** True if Drizzle's private fields are the known ones, so that they may be read. */
export const internalsAreKnown = (): boolean => checked.known === true

/** Checks once per process that Drizzle's private fields are the known ones, and warns if they are not. */
export function checkInternals(db: AnyQueryable, session: DatabaseSession): void {
  if (checked.known !== undefined) return
  checked.known = areKnown(db, session)
  if (!checked.known && fastPath())
    processWarning(
      "drizzle-orm's internals differ from the ones Plinth knows. Queries use its public API, which costs more CPU. Development does not warn about rows of other users.",
    )
}

const probe = pgTable('plinth_probe', {
  id: integer().primaryKey(),
  name: text().notNull(),
  made: integer().$defaultFn(() => 7),
  changed: integer().$onUpdateFn(() => 8),
})

interface DatabaseSession {
  readonly shared: { readonly dialect: object }
}

/** One query of each kind, with parameters that differ from each other. */
function probes(db: AnyQueryable): readonly object[] {
  const { id, name } = probe
  const where = and(eq(id, 1), inArray(name, ['a', 'b']))
  // Not an array literal: comparing the queries' types costs every app 70,000 instantiations.
  return Array.of<object>(
    db.select().from(probe).where(where).orderBy(desc(id)).limit(2).offset(3),
    db.select({ id, name }).from(probe).where(where),
    db.insert(probe).values({ id: 4, name: 'c' }).returning(),
    db.update(probe).set({ name: 'd' }).where(where).returning(),
    db.delete(probe).where(where).returning({ id, name }),
  )
}

/** Walks a query of each kind twice: the second text must come from the cache and equal Drizzle's own. */
function areKnown(db: AnyQueryable, session: DatabaseSession): boolean {
  try {
    const texts = new SqlTextCache(codecsOf(session.shared.dialect))
    for (let round = 0; round < 2; round++)
      for (const query of probes(db) as readonly BuiltQuery[]) {
        const { node } = texts.textOf(query)
        const names = [...(selectedColumns(query)?.keys() ?? [])]
        const { shared } = query.session as Partial<DatabaseSession>
        const isKnown = node !== undefined && shared === session.shared && names[0] === 'id'
        if (!isKnown) return false
      }
    return texts.hits === probes(db).length
  } catch {
    return false
  }
}
