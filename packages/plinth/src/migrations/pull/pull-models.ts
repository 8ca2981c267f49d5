import type { Catalog, CatalogSequence } from './catalog.ts'
import { schemaConstant } from './field-source.ts'
import { flat, object, print } from './layout.ts'
import { type PullContext, pullContext, tableName } from './pull-context.ts'
import { quoted } from './source-text.ts'
import { tableSource } from './table-source.ts'
import { toolOf } from './version-tables.ts'

/** Models that were written from a database. */
export interface PulledModels {
  /** The text of the module. */
  readonly source: string
  /** The models and their tables. */
  readonly models: readonly { readonly model: string; readonly table: string }[]
  /** Tables that another tool's migrations or an extension own. They get no model. */
  readonly ignored: readonly { readonly table: string; readonly of: string }[]
  /** Facts about the database that the models cannot say. */
  readonly notes: readonly string[]
}

const header = `// Written by "plinth db pull". It is yours: rename models and fields, and edit what you like.\n`

const longest = 9_223_372_036_854_775_807n

function sequenceSource(context: PullContext, sequence: CatalogSequence): void {
  const { schema, name, start, min, max, increment, cache, cycle } = sequence
  const options = [
    ...(increment === '1' ? [] : [`increment: ${quoted(increment)}`]),
    ...(min === '1' ? [] : [`minValue: ${quoted(min)}`]),
    ...(max === String(longest) ? [] : [`maxValue: ${quoted(max)}`]),
    ...(start === min ? [] : [`startWith: ${quoted(start)}`]),
    ...(cache === '1' ? [] : [`cache: ${cache}`]),
    ...(cycle ? ['cycle: true'] : []),
  ]
  const args = [quoted(name), ...(options.length === 0 ? [] : [flat(object(options))])].join(', ')
  const make =
    schema === 'public'
      ? context.use('drizzle-orm/pg-core', 'pgSequence')
      : `${schemaConstant(context, schema)}.sequence`
  context.constant(
    `sequence ${schema} ${name}`,
    `${name}Sequence`,
    (constant) => `export const ${constant} = ${make}(${args})`,
  )
}

/** True if a source uses an imported name: calls a function, writes a type, or tags a template. */
const uses = (source: string, name: string): boolean =>
  new RegExp(name.startsWith('type ') ? `\\b${name.slice(5)}\\b` : `\\b${name}[(<\`]`).test(source)

function importsOf({ imports }: PullContext, source: string): string {
  const modules = [...imports].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const from = modules.map(([module, names]) => {
    const used = [...names].filter((name) => uses(source, name))
    const sorted = used.toSorted((a, b) =>
      a.replace('type ', '').localeCompare(b.replace('type ', ''), 'en'),
    )
    if (sorted.length === 0) return ''
    return `import ${print(object(sorted), '', `import  from '${module}'`.length)} from '${module}'\n`
  })
  return `${from.join('')}import * as z from 'zod'\n`
}

/** Views and the like, which a model cannot describe. */
function noteOthers({ catalog, tables, notes }: PullContext): void {
  const types = new Set(tables.flatMap(({ columns }) => columns.map(({ type }) => type)))
  const someType = (pattern: RegExp): boolean => [...types].some((type) => pattern.test(type))
  for (const table of catalog.tables.filter(({ extension }) => extension === null))
    if (table.kind.endsWith('view') || table.kind === 'foreign table')
      notes.push(`${tableName(table)} is a ${table.kind}: it is left alone, and gets no model`)
  if (someType(/^timestamp(?!\([0-3]\))/))
    notes.push(
      'timestamps with microseconds: JavaScript and JSON have milliseconds, so a value is cut when it is read',
    )
  if (someType(/^timestamp.*without time zone$/))
    notes.push('timestamps without a time zone are read and written as UTC')
  for (const { schema, tables: count } of catalog.others)
    notes.push(`the schema ${schema} has tables too (${count}): add it with --schema ${schema}`)
}

/** Writes models for the tables of a catalog. */
export function pullModels(catalog: Catalog): PulledModels {
  const own = catalog.tables.filter(
    ({ kind, isPartition }) => (kind === 'table' || kind === 'partitioned table') && !isPartition,
  )
  const ignored = own.flatMap((table) => {
    const of = table.extension ?? toolOf(table.name)
    return of === undefined ? [] : [{ table: tableName(table), of }]
  })
  const tables = own.filter(
    ({ extension, name }) => extension === null && toolOf(name) === undefined,
  )
  const context = pullContext(catalog, tables)
  for (const sequence of catalog.sequences) sequenceSource(context, sequence)
  const models = context.tables.map((table) => tableSource(context, table))
  noteOthers(context)
  const body = [...context.constants.values(), ...models].join('\n\n')
  return {
    source: `${header}${importsOf(context, body)}\n${body}\n`,
    models: context.tables.map(({ name, table }) => ({ model: name, table: tableName(table) })),
    ignored,
    notes: context.notes,
  }
}
