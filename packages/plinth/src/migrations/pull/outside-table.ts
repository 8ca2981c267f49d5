import type { CatalogConstraint } from './catalog.ts'
import { columnBuilder } from './field-source.ts'
import { call, object, print } from './layout.ts'
import { camelCase } from './names.ts'
import type { PullContext } from './pull-context.ts'
import { quoted } from './source-text.ts'

/**
 * The constant for a table that a foreign key refers to and that was not pulled, such as `auth.users` of Supabase.
 *
 * It has the columns that are referred to. The module does not export it, so migrations ignore it.
 */
export function outsideTable(context: PullContext, key: CatalogConstraint): string {
  const { targetSchema: schema, targetTable: table } = key
  return context.constant(`outside ${schema} ${table}`, `${schema}_${table}`, (name) => {
    const columns = new Map<string, string>()
    for (const one of context.catalog.constraints) {
      if (one.targetSchema !== schema || one.targetTable !== table) continue
      for (const [place, target] of one.targetColumns.entries()) {
        const column = context.catalog.columns.find(
          (own) =>
            own.schema === one.schema && own.table === one.table && own.name === one.columns[place],
        )
        if (column !== undefined && !columns.has(target))
          columns.set(target, columnBuilder(context, column, quoted(target)))
      }
    }
    const fields = [...columns].map(
      ([column, builder]) => `${camelCase(column, 'column')}: ${builder}`,
    )
    const make =
      schema === 'public'
        ? context.use('drizzle-orm/pg-core', 'pgTable')
        : `${context.use('drizzle-orm/pg-core', 'pgSchema')}(${quoted(schema ?? '')}).table`
    const source = print(call(`const ${name} = ${make}`, quoted(table ?? ''), object(fields)))
    return `/** Not pulled: foreign keys refer to it, and migrations ignore it. */\n${source}`
  })
}
