import type { PgTable } from 'drizzle-orm/pg-core'
import { indexNames, type TableConstraints } from './table-indexes.ts'

/** An index that another declaration adds to a model, such as a listing. */
export interface AddedIndex {
  readonly name: string
  /** Columns by their names in Postgres. */
  readonly columns: readonly { readonly name: string; readonly down: boolean }[]
}

/**
 * Computes an index to add to a model; undefined if the model declares one that serves.
 *
 * Its name must not be taken.
 */
export type IndexRequest = (
  declared: TableConstraints,
  taken: ReadonlySet<string>,
) => AddedIndex | undefined

interface Additions {
  readonly indexes: IndexRequest[]
  /** True if a reference needs the unique key of id and owner. */
  ownedKey: boolean
}

// On the table itself, so that it lives as long as the model does.
const additions = Symbol('plinth.additions')
interface Extensible {
  readonly [additions]?: Additions
}

/** Lets other declarations add to a model's table. */
export function acceptAdditions(table: PgTable): void {
  const none: Additions = { indexes: [], ownedKey: false }
  Object.defineProperty(table, additions, { value: none })
}

const additionsOf = (table: PgTable): Additions | undefined => (table as Extensible)[additions]

/** Adds an index to a model; false for a table that `model()` did not make. */
export function requestIndex(table: PgTable, request: IndexRequest): boolean {
  const known = additionsOf(table)
  known?.indexes.push(request)
  return known !== undefined
}

/** Adds the unique key of id and owner, which foreign keys between owned models refer to. */
export function requestOwnedKey(table: PgTable): void {
  const known = additionsOf(table)
  if (known !== undefined) known.ownedKey = true
}

/** Returns true if a reference needs the unique key of id and owner. */
export const needsOwnedKey = (table: PgTable): boolean => additionsOf(table)?.ownedKey ?? false

/** The indexes that references and listings add, each once. */
export function addedIndexes(table: PgTable, declared: TableConstraints): readonly AddedIndex[] {
  const taken = new Set(indexNames(declared))
  const added = new Map<string, AddedIndex>()
  for (const request of additionsOf(table)?.indexes ?? []) {
    const found = request(declared, taken)
    const columns = JSON.stringify(found?.columns)
    if (found === undefined || added.has(columns)) continue
    added.set(columns, found)
    taken.add(found.name)
  }
  return [...added.values()]
}
