import {
  type BetterAuthInstance,
  instanceDatabase,
} from '../../database/kysely/better-auth-instance.ts'
import type { Cardinality, GraphEdge, GraphNode, GraphRow } from './graph.types.ts'
import { labelOf, type MoreTables, tableId } from './models-graph.ts'

/** A field in the context of a Better Auth instance. */
interface AuthField {
  readonly fieldName?: string
  readonly type: unknown
  readonly required?: boolean
  readonly unique?: boolean
  readonly references?: {
    readonly model: string
    readonly field: string
    readonly onDelete?: string
  }
}

interface AuthTable {
  readonly modelName: string
  readonly fields: Readonly<Record<string, AuthField>>
}

const types: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'integer',
  boolean: 'boolean',
  date: 'timestamptz',
  json: 'jsonb',
}

/** The type of a field; a list of values is a text. */
const typeOf = ({ type }: AuthField): string => {
  if (typeof type !== 'string') return 'text'
  return type.endsWith('[]') ? 'jsonb' : (types[type] ?? type)
}

const isOptional = ({ required }: AuthField): boolean => required === false

/**
 * The tables of a Better Auth instance: those of its plugins, too.
 *
 * An instance of another version, whose context has no tables, gives none.
 */
export async function betterAuthTables(auth: BetterAuthInstance): Promise<MoreTables> {
  // The context is Better Auth's own. Its tables are read with care, and left out if they have another form.
  const { tables } = (await auth.$context) as {
    readonly tables?: Readonly<Record<string, AuthTable>>
  }
  const schema = instanceDatabase(auth)?.schema
  const found = Object.entries(tables ?? {}).filter(
    ([, { modelName, fields }]) => typeof modelName === 'string' && typeof fields === 'object',
  )
  const idOf = (name: string): string => tableId(name, schema)
  const users = found.find(([key]) => key === 'user')?.[1].modelName
  return {
    nodes: found.map(([, table]) => nodeOf(table, idOf(table.modelName))),
    edges: found.flatMap(([, table]) => edgesOf(table, idOf)),
    users: users === undefined ? undefined : { node: idOf(users), key: 'id' },
  }
}

const fieldsOf = ({ fields }: AuthTable): (AuthField & { readonly name: string })[] =>
  Object.entries(fields).map(([key, field]) => ({ ...field, name: field.fieldName ?? key }))

const nodeOf = (table: AuthTable, id: string): GraphNode => ({
  id,
  kind: 'auth table',
  title: id,
  note: 'Better Auth',
  rows: [
    { name: 'id', type: 'text', marks: ['PK'] },
    ...fieldsOf(table)
      .filter(({ name }) => name !== 'id')
      .map((field): GraphRow => {
        const marks = [...(field.references ? ['FK'] : []), ...(field.unique ? ['UK'] : [])]
        return { name: field.name, type: `${typeOf(field)}${isOptional(field) ? '?' : ''}`, marks }
      }),
  ],
})

function edgesOf(table: AuthTable, idOf: (name: string) => string): GraphEdge[] {
  return fieldsOf(table).flatMap((field) => {
    const { references, name, unique } = field
    if (references === undefined) return []
    const from = idOf(table.modelName)
    const to = idOf(references.model)
    const many: Cardinality = unique ? 'zero or one' : 'many'
    const ends = { from: many, to: isOptional(field) ? 'zero or one' : 'one' } as const
    const { onDelete, field: toRow } = references
    const label = labelOf({ from: `${from}.${name}`, to, ends, onDelete })
    return [{ from, to, fromRow: name, toRow, ends, label }]
  })
}
