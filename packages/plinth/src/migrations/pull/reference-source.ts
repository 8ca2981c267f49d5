import { snakeCase } from '../../models/naming.ts'
import type { CatalogColumn } from './catalog.ts'
import { type FieldParts, usualKeyName } from './field-parts.ts'
import { call, entry, type Layout, object } from './layout.ts'
import type { PullContext } from './pull-context.ts'
import { quoted } from './source-text.ts'

interface ReferringColumn {
  readonly column: CatalogColumn
  readonly parts: FieldParts
}

/** The source of a reference, from which relations follow: `projectId: references(() => Project)`. */
export function referencesSource(
  context: PullContext,
  key: string,
  { column, parts }: ReferringColumn,
): Layout {
  const { name = '', onDelete = null, onUpdate = null } = parts.reference ?? {}
  const options = [
    ...(parts.key === undefined ? [] : ['primaryKey: true']),
    ...(column.isNotNull || parts.key ? [] : ['nullable: true']),
    ...(parts.unique ? ['unique: true'] : []),
    ...(onDelete === null ? [] : [`onDelete: ${quoted(onDelete)}`]),
    ...(onUpdate === null ? [] : [`onUpdate: ${quoted(onUpdate)}`]),
    ...(name === usualKeyName(column) ? [] : [`constraint: ${quoted(name)}`]),
    ...(parts.isIndexed ? [] : ['index: false']),
    ...(snakeCase(key) === column.name ? [] : [`name: ${quoted(column.name)}`]),
  ]
  return entry(
    key,
    call(
      context.use('plinth', 'references'),
      `() => ${parts.target?.name}`,
      ...(options.length === 0 ? [] : [object(options)]),
    ),
  )
}
