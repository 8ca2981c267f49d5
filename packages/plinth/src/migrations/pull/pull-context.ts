import type { Catalog, CatalogColumn, CatalogTable } from './catalog.ts'
import { camelCase, fieldNames, modelName, uniqueNames } from './names.ts'

/** A table that becomes a model, with everything that is read of it. */
export interface PulledTable {
  readonly table: CatalogTable
  /** The name of the model. */
  readonly name: string
  readonly columns: readonly CatalogColumn[]
  /** The fields by column. A column that a model cannot have has none. */
  readonly fields: ReadonlyMap<string, string>
}

/** The modules that the source imports from. */
export type ImportedModule = 'drizzle-orm' | 'drizzle-orm/pg-core' | 'plinth'

/** The state of writing the source of models. */
export interface PullContext {
  readonly catalog: Catalog
  /** The tables that become models, each after those that it refers to, as far as possible. */
  readonly tables: readonly PulledTable[]
  /** Facts that the models cannot say, for the developer. */
  readonly notes: string[]
  /** Imports a name, and returns it. */
  readonly use: (module: ImportedModule, name: string) => string
  readonly imports: ReadonlyMap<ImportedModule, ReadonlySet<string>>
  /** The name of a constant for an enum, a schema, a sequence or a custom type. It is declared once. */
  readonly constant: (key: string, name: string, declare: (name: string) => string) => string
  readonly constants: ReadonlyMap<string, string>
  /** The model of a table; undefined if the table does not become one. */
  readonly find: (schema: string | null, table: string | null) => PulledTable | undefined
  /** True if a table is declared before another one. */
  readonly isBefore: (one: PulledTable, other: PulledTable) => boolean
}

/** A key that tells apart the tables of all schemas. */
export const tableKey = (schema: string, table: string): string => JSON.stringify([schema, table])

/** The name of a table in messages. */
export const tableName = ({ schema, name }: { schema: string; name: string }): string =>
  schema === 'public' ? name : `${schema}.${name}`

/** Puts each table after those that its foreign keys refer to, unless they form a cycle. */
function inOrder(
  { constraints }: Catalog,
  tables: readonly CatalogTable[],
): readonly CatalogTable[] {
  const byKey = new Map(tables.map((table) => [tableKey(table.schema, table.name), table]))
  const targets = Map.groupBy(
    constraints.filter(({ kind }) => kind === 'foreign key'),
    ({ schema, table }) => tableKey(schema, table),
  )
  const order = new Set<CatalogTable>()
  const visiting = new Set<string>()
  const visit = (key: string): void => {
    const table = byKey.get(key)
    if (table === undefined || visiting.has(key)) return
    visiting.add(key)
    for (const { targetSchema, targetTable } of targets.get(key) ?? [])
      visit(tableKey(targetSchema ?? '', targetTable ?? ''))
    order.add(table)
  }
  for (const key of byKey.keys()) visit(key)
  return [...order]
}

/** Prepares writing models for some tables: the names of the models and their fields, and their order. */
export function pullContext(catalog: Catalog, tables: readonly CatalogTable[]): PullContext {
  const columns = Map.groupBy(catalog.columns, ({ schema, table }) => tableKey(schema, table))
  const unique = uniqueNames()
  const named = new Map(
    tables.map((table): [CatalogTable, PulledTable] => {
      const own = columns.get(tableKey(table.schema, table.name)) ?? []
      const field = fieldNames()
      const fields = new Map(
        own
          .filter(({ generated }) => generated !== 'virtual')
          .map(({ name }) => [name, field(name)]),
      )
      return [table, { table, name: unique(modelName(table.name)), columns: own, fields }]
    }),
  )
  const ordered = inOrder(catalog, tables).map((table) => named.get(table)!)
  const byKey = new Map(ordered.map((one) => [tableKey(one.table.schema, one.table.name), one]))
  const places = new Map(ordered.map((one, place) => [one, place]))
  const imports = new Map<ImportedModule, Set<string>>()
  const constants = new Map<string, { readonly name: string; readonly text: string }>()
  return {
    catalog,
    tables: ordered,
    notes: [],
    imports,
    use: (module, name) => {
      imports.set(module, (imports.get(module) ?? new Set()).add(name))
      return name
    },
    constant: (key, name, declare) => {
      const known = constants.get(key)
      if (known !== undefined) return known.name
      const free = unique(camelCase(name, 'value'))
      constants.set(key, { name: free, text: declare(free) })
      return free
    },
    get constants() {
      return new Map([...constants].map(([key, { text }]) => [key, text]))
    },
    find: (schema, table) => byKey.get(tableKey(schema ?? '', table ?? '')),
    isBefore: (one, other) => (places.get(one) ?? 0) < (places.get(other) ?? 0),
  }
}
