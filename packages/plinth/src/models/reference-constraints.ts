import { getTableColumns, getTableName } from 'drizzle-orm'
import {
  foreignKey,
  unique,
  type PgColumn,
  type PgTable,
  type PgTableExtraConfigValue,
} from 'drizzle-orm/pg-core'
import { columnInRole } from './not-deleted.ts'
import { invalidField, type ModelField } from './model-field.ts'
import { constraintName } from './naming.ts'
import { keyFields } from './primary-key.ts'
import { targetOf } from './references.ts'
import type { Reference } from './references.types.ts'
import { needsOwnedKey, requestIndex, requestOwnedKey } from './table-additions.ts'
import { indexesOf, uniqueKeysOf, type TableConstraints } from './table-indexes.ts'

/** A field that refers to a model. */
interface Link {
  readonly table: PgTable
  readonly field: Pick<ModelField, 'key' | 'column'>
  readonly reference: Reference
}

// References to models that were not initialized when they were declared. Global, because only the
// reference knows its target; each is removed when the target is there.
const unsettled = new Set<Link>()

const typeFamilies: Readonly<Record<string, string>> = {
  varchar: 'text',
  char: 'text',
  smallint: 'integer',
  bigint: 'integer',
  serial: 'integer',
  smallserial: 'integer',
  bigserial: 'integer',
}

/** The column's type without its length, types that can be compared with each other counted as one. */
function typeFamily(column: PgColumn): string {
  const type = column.getSQLType().replace(/ ?\(.*\)/, '')
  return typeFamilies[type] ?? type
}

/** The columns of a foreign key, and what they refer to. */
interface ForeignColumns {
  readonly columns: readonly PgColumn[]
  readonly foreign: readonly PgColumn[]
}

/**
 * The columns of a reference's foreign key; undefined while its target is not initialized.
 *
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: the target's key cannot be referred to in this way
 */
function foreignColumns({ table, field, reference }: Link): ForeignColumns | undefined {
  const target = targetOf(reference.target)
  if (target === undefined) return undefined
  const problem = (text: string) => invalidField(getTableName(table), field.key, text)
  const [keyField, second] = keyFields(target)
  const key = getTableColumns(target)[keyField ?? ''] as PgColumn | undefined
  const column = getTableColumns(table)[field.key] as PgColumn
  const name = getTableName(target)
  if (key === undefined || second !== undefined)
    throw problem(
      `the primary key of "${name}" must be one field to be referred to. Declare the foreign key in the model's third argument instead`,
    )
  if (typeFamily(key) !== typeFamily(column))
    throw problem(
      `the key of "${name}" is ${key.getSQLType()}, and this field is ${column.getSQLType()}, because "${name}" is declared later. Pass the key's schema: references(() => …, { schema: … })`,
    )
  const owner = columnInRole(table, 'owner')
  const targetOwner = columnInRole(target, 'owner')
  if (owner === undefined || targetOwner === undefined) return { columns: [column], foreign: [key] }
  if (reference.options.onDelete === 'set null' || reference.options.onDelete === 'set default')
    throw problem(
      `onDelete: '${reference.options.onDelete}' would clear "${owner.name}" too, since the foreign key is (${column.name}, ${owner.name}). Use 'cascade', or clear the field before the delete`,
    )
  return { columns: [column, owner], foreign: [key, targetOwner] }
}

/** Tells the models that references point to about the unique keys that these need. */
function settle(): void {
  for (const link of unsettled) {
    const target = targetOf(link.reference.target)
    if (target === undefined) continue
    unsettled.delete(link)
    if (foreignColumns(link)?.columns.length === 2) requestOwnedKey(target)
  }
}

/** Registers the references of a model: the constraints and indexes that they need. */
export function linkReferences(table: PgTable, fields: readonly ModelField[]): void {
  for (const { key, column, reference } of fields) {
    if (reference === undefined) continue
    unsettled.add({ table, field: { key, column }, reference })
    if (reference.options.index === false) continue
    const name = constraintName(getTableName(table), column, 'idx')
    const added = { name, columns: [{ name: column, down: false }] }
    requestIndex(table, (declared) =>
      indexesOf(declared).some(([first]) => first?.name === column) ? undefined : added,
    )
  }
  settle()
}

/**
 * Checks that every reference has found its model.
 *
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: a reference's function still cannot return its model
 */
export function checkReferences(): void {
  settle()
  const [link] = unsettled
  if (link === undefined) return
  throw invalidField(
    getTableName(link.table),
    link.field.key,
    'references() returned no model: its module was not loaded. Return an exported model',
  )
}

/** The foreign keys of a model's references, and the unique key that references to it need. */
export function referenceConstraints(
  table: PgTable,
  fields: readonly ModelField[],
  declared: TableConstraints,
): PgTableExtraConfigValue[] {
  settle()
  const name = getTableName(table)
  const keys = fields.flatMap(({ key, column, reference }) => {
    if (reference === undefined) return []
    const found = foreignColumns({ table, field: { key, column }, reference })
    if (found === undefined) return []
    const { onDelete, onUpdate, constraint } = reference.options
    const made = foreignKey({
      name: constraint ?? constraintName(name, column, 'fkey'),
      columns: found.columns as [PgColumn],
      foreignColumns: found.foreign as [PgColumn],
    })
    if (onDelete !== undefined) made.onDelete(onDelete)
    if (onUpdate !== undefined) made.onUpdate(onUpdate)
    return [made]
  })
  return [...keys, ...ownedKey(table, declared)]
}

/** The unique key of id and owner, unless the model declares it. */
function ownedKey(table: PgTable, declared: TableConstraints): PgTableExtraConfigValue[] {
  const [keyField] = keyFields(table)
  const key = getTableColumns(table)[keyField ?? ''] as PgColumn | undefined
  const owner = columnInRole(table, 'owner')
  if (key === undefined || owner === undefined || !needsOwnedKey(table)) return []
  const has = uniqueKeysOf(declared).some(
    (columns) => columns.size === 2 && columns.has(key.name) && columns.has(owner.name),
  )
  if (has) return []
  const name = constraintName(getTableName(table), key.name, owner.name, 'key')
  return [unique(name).on(key, owner)]
}
