import { getColumnTable, is } from 'drizzle-orm'
import { getTableConfig, PgTable, type PgColumn } from 'drizzle-orm/pg-core'
import { columnsOf } from '../../models/model-columns.ts'
import { checkReferences } from '../../models/reference-constraints.ts'
import { type TableConstraints, uniqueKeysOf } from '../../models/table-indexes.ts'
import type { Cardinality, Graph, GraphEdge, GraphNode, GraphRow } from './graph.types.ts'

/** Tables that do not come from models, such as Better Auth's. */
export interface MoreTables {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** The id of the node that owners of rows are in, and its key. */
  readonly users?: { readonly node: string; readonly key: string } | undefined
}

interface Table {
  /** The name under which the models module exports it. */
  readonly exported: string
  readonly table: PgTable
  readonly config: TableConstraints
}

const longTypes: readonly (readonly [RegExp, string])[] = [
  [/^timestamp(\(\d\))? with time zone/, 'timestamptz$1'],
  [/^timestamp(\(\d\))? without time zone/, 'timestamp$1'],
  [/^time(\(\d\))? without time zone/, 'time$1'],
  [/^character varying/, 'varchar'],
  [/^double precision/, 'float8'],
]

/** A Postgres type as people say it: `timestamp (3) with time zone` is `timestamptz(3)`. */
export const shortType = (type: string): string =>
  longTypes.reduce(
    (text, [long, short]) => text.replace(long, short),
    type.replaceAll(/ (?=\()/g, ''),
  )

/** The id of a table's node: its name, with its schema unless that is `public`. */
export const tableId = (name: string, schema: string | undefined): string =>
  schema === undefined || schema === 'public' ? name : `${schema}.${name}`

const idOf = ({ name, schema }: TableConstraints): string => tableId(name, schema)

/**
 * The graph of the models: tables with their columns, and the foreign keys between them.
 *
 * @param models - the exports of the models module; anything but a table is ignored
 * @param more - tables that the models module does not have
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: a reference leads nowhere
 */
export function modelsGraph(
  models: Readonly<Record<string, unknown>>,
  more: MoreTables = { nodes: [], edges: [] },
): Graph {
  checkReferences()
  const tables = tablesOf(models)
  const own = new Set(tables.map(({ config }) => idOf(config)))
  const others = more.nodes.filter(({ id }) => !own.has(id))
  const nodes = [...tables.map(nodeOf), ...others]
  const known = new Set(nodes.map(({ id }) => id))
  const edges = [...tables.flatMap(edgesOf), ...more.edges.filter(({ from }) => !own.has(from))]
  const owned = tables
    .flatMap((one) => ownerEdge(one, more.users))
    .filter((loose) => !edges.some((edge) => isSame(edge, loose)))
  const inside = [...edges, ...owned].filter(({ from, to }) => known.has(from) && known.has(to))
  return {
    kind: 'models',
    title: 'Models',
    description: inWords(nodes, inside),
    nodes,
    edges: inside,
  }
}

function tablesOf(models: Readonly<Record<string, unknown>>): Table[] {
  const found = new Map<PgTable, string>()
  for (const [exported, value] of Object.entries(models))
    if (is(value, PgTable) && !found.has(value)) found.set(value, exported)
  // A module's exports are sorted by name in Node, and not in every bundler.
  return [...found]
    .map(([table, exported]) => ({ exported, table, config: getTableConfig(table) }))
    .toSorted((a, b) => (a.exported < b.exported ? -1 : 1))
}

function nodeOf({ exported, table, config }: Table): GraphNode {
  return {
    id: idOf(config),
    kind: 'table',
    title: idOf(config),
    note: exported === config.name ? '' : exported,
    rows: config.columns.map((column) => rowOf(column, table, config)),
  }
}

function rowOf(column: PgColumn, table: PgTable, config: TableConstraints): GraphRow {
  const model = columnsOf(table)?.find((known) => known.column === column.name)
  const isAlone = (columns: readonly { readonly name: string }[]): boolean =>
    columns.length === 1 && columns[0]?.name === column.name
  const isKey =
    column.primary ||
    config.primaryKeys.some(({ columns }) => columns.some(({ name }) => name === column.name))
  const isForeign = config.foreignKeys.some((key) => referring(key, config).includes(column.name))
  const isUnique =
    column.isUnique || config.uniqueConstraints.some(({ columns }) => isAlone(columns))
  const marks = [
    ...(isKey ? ['PK'] : []),
    ...(isForeign ? ['FK'] : []),
    ...(isUnique && !isKey ? ['UK'] : []),
    ...(model?.role === 'owner' ? ['owner'] : []),
  ]
  const type = shortType(column.getSQLType())
  return { name: column.name, type: column.notNull || isKey ? type : `${type}?`, marks }
}

type ForeignKey = TableConstraints['foreignKeys'][number]

/** The columns of a foreign key that say which row it is: without the owner's, which both sides share. */
function referring(key: ForeignKey, { columns: own }: TableConstraints): string[] {
  const names = key.reference().columns.map(({ name }) => name)
  const [first] = own
  const owner = columnsOf(first === undefined ? {} : getColumnTable(first))?.find(
    ({ role }) => role === 'owner',
  )?.column
  return names.length > 1 ? names.filter((name) => name !== owner) : names
}

function edgesOf({ config }: Table): GraphEdge[] {
  return config.foreignKeys.map((key) => {
    const { foreignTable, foreignColumns, columns } = key.reference()
    const names = referring(key, config)
    const [column] = names
    const at = columns.findIndex(({ name }) => name === column)
    const target = foreignColumns[at]?.name
    const ends = { from: cardinalityOf(names, config), to: isOptional(names, config) }
    const to = idOf(getTableConfig(foreignTable))
    return {
      from: idOf(config),
      to,
      ...(column !== undefined && { fromRow: column }),
      ...(target !== undefined && { toRow: target }),
      ends,
      label: labelOf({
        from: `${idOf(config)}.${names.join(', ')}`,
        to,
        ends,
        onDelete: key.onDelete,
      }),
    }
  })
}

interface EdgeFacts {
  readonly from: string
  readonly to: string
  readonly ends: NonNullable<GraphEdge['ends']>
  readonly onDelete?: string | undefined
}

/** A relation in words: `tasks.project_id refers to projects: many to zero or one, on delete cascade`. */
export const labelOf = ({ from, to, ends, onDelete }: EdgeFacts): string =>
  `${from} refers to ${to}: ${ends.from} to ${ends.to}${onDelete === undefined || onDelete === 'no action' ? '' : `, on delete ${onDelete}`}`

/** Many rows may refer to one, unless a unique key says otherwise. */
function cardinalityOf(names: readonly string[], config: TableConstraints): Cardinality {
  const keys = [
    ...uniqueKeysOf(config),
    ...config.columns
      .filter(({ primary, isUnique }) => primary || isUnique)
      .map(({ name }) => new Set([name])),
  ]
  const isUnique = keys.some((key) => [...key].every((name) => names.includes(name)))
  return isUnique ? 'zero or one' : 'many'
}

function isOptional(names: readonly string[], config: TableConstraints): Cardinality {
  const columns = config.columns.filter(({ name }) => names.includes(name))
  return columns.every(({ notNull, primary }) => notNull || primary) ? 'one' : 'zero or one'
}

/** True for two references of one column to one table. */
const isSame = (one: GraphEdge, other: GraphEdge): boolean =>
  one.from === other.from && one.fromRow === other.fromRow && one.to === other.to

/** The reference of an owner's column to the table of users, which no foreign key enforces. */
function ownerEdge({ table, config }: Table, users: MoreTables['users']): GraphEdge[] {
  const owner = columnsOf(table)?.find(({ role }) => role === 'owner')?.column
  if (owner === undefined || users === undefined) return []
  const ends = { from: 'many', to: 'one' } as const
  const from = idOf(config)
  return [
    {
      from,
      to: users.node,
      fromRow: owner,
      toRow: users.key,
      ends,
      isLoose: true,
      label: `${from}.${owner} is the id of a row of ${users.node}, the owner: many to one, without a foreign key`,
    },
  ]
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const inWords = (nodes: readonly GraphNode[], edges: readonly GraphEdge[]): string =>
  `${counted(nodes.length, 'table')}: ${nodes.map(({ title }) => title).join(', ')}. ${counted(edges.length, 'reference')}${edges.length === 0 ? '' : `: ${edges.map(({ label }) => label).join('; ')}`}.`
