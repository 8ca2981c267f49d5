import { constraintName } from '../../models/naming.ts'
import type {
  CatalogColumn,
  CatalogConstraint,
  CatalogIndex,
  CatalogIndexPart,
  CatalogPolicy,
} from './catalog.ts'
import { columnTypeOf } from './column-types.ts'
import type { PulledTable, PullContext } from './pull-context.ts'

/** The constraints, indexes and policies of a table. */
export interface Belongings {
  readonly constraints: readonly CatalogConstraint[]
  readonly indexes: readonly CatalogIndex[]
  readonly policies: readonly CatalogPolicy[]
}

/** Finds the constraints, indexes and policies of a table. */
export function belongingsOf({ catalog }: PullContext, { table }: PulledTable): Belongings {
  const isOwn = (one: { readonly schema: string; readonly table: string }): boolean =>
    one.schema === table.schema && one.table === table.name
  return {
    constraints: catalog.constraints.filter(isOwn),
    indexes: catalog.indexes.filter(isOwn),
    policies: catalog.policies.filter(isOwn),
  }
}

/** The constraints and indexes that a field says, so that the third argument of the model leaves them out. */
export interface FieldParts {
  readonly key: CatalogConstraint | undefined
  readonly unique: CatalogConstraint | undefined
  readonly index: CatalogIndex | undefined
  readonly reference: CatalogConstraint | undefined
  /** The table whose model `references()` names; undefined for another reference, and without one. */
  readonly target: PulledTable | undefined
  /** True if an index begins with the column. */
  readonly isIndexed: boolean
}

interface OwnColumn {
  readonly column: CatalogColumn
  /** The constraints and indexes of its table. */
  readonly own: Belongings
}

/** The name that a model gives to the foreign key of a column. */
export const usualKeyName = ({ table, name }: CatalogColumn): string =>
  constraintName(table, name, 'fkey')

const isPlainPart = (part: CatalogIndexPart | undefined): boolean =>
  part !== undefined && !part.isDescending && !part.isNullsFirst && part.operatorClass === null

/** The constraints and indexes that the options of a field say. */
export function partsOf(
  context: PullContext,
  pulled: PulledTable,
  { column, own }: OwnColumn,
): FieldParts {
  const { table, name, isNotNull } = column
  const isAlone = ({ columns }: CatalogConstraint): boolean =>
    columns.length === 1 && columns[0] === name
  const foreign = own.constraints.filter(
    (one) =>
      one.kind === 'foreign key' && isAlone(one) && !(one.onDelete === 'set null' && isNotNull),
  )
  const [only] = foreign.length === 1 ? foreign : []
  const target = only && modelReferredTo(context, pulled, { column, reference: only })
  const usual = foreign.find(
    (one) =>
      one.name === usualKeyName(column) &&
      one.onUpdate === null &&
      context.find(one.targetSchema, one.targetTable) !== undefined,
  )
  const plain = own.indexes.filter(
    ({ method, where, parts: [first] }) =>
      method === 'btree' && where === null && first?.column === name && !first.operatorClass,
  )
  return {
    key: own.constraints.find(
      ({ kind, columns }) => kind === 'primary key' && columns.includes(name),
    ),
    unique: own.constraints.find(
      (one) =>
        one.kind === 'unique' &&
        isAlone(one) &&
        one.name === constraintName(table, name, 'key') &&
        one.hasDistinctNulls,
    ),
    index: plain.find(
      ({ name: index, isUnique, parts, options }) =>
        index === constraintName(table, name, 'idx') &&
        !isUnique &&
        options.length === 0 &&
        parts.length === 1 &&
        isPlainPart(parts[0]),
    ),
    reference: target === undefined ? usual : only,
    target,
    isIndexed:
      plain.length > 0 ||
      own.constraints.some(
        ({ kind, columns }) => (kind === 'unique' || kind === 'primary key') && columns[0] === name,
      ),
  }
}

interface OwnReference {
  readonly column: CatalogColumn
  readonly reference: CatalogConstraint
}

/**
 * The table that a foreign key refers to, if `references()` can say the key.
 *
 * It refers to the only primary key of a model that is declared before, and both columns have the type that follows
 * from the schema of the key.
 */
function modelReferredTo(
  { catalog, find, isBefore }: PullContext,
  table: PulledTable,
  { column, reference }: OwnReference,
): PulledTable | undefined {
  const { targetSchema, targetTable, targetColumns } = reference
  const target = find(targetSchema, targetTable)
  const [name] = targetColumns
  const key = target?.columns.find((one) => one.name === name)
  const isKey = catalog.constraints.some(
    ({ kind, schema, table: of, columns }) =>
      kind === 'primary key' &&
      schema === targetSchema &&
      of === targetTable &&
      columns.length === 1 &&
      columns[0] === name,
  )
  const isSameType = key?.type === column.type && columnTypeOf(column.type)?.isOwn === true
  const isPlain = column.expression === null && column.identity === null && column.dimensions === 0
  const isKnown = target !== undefined && isBefore(target, table)
  return isKnown && isKey && isSameType && isPlain ? target : undefined
}
