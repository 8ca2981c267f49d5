import { snakeCase } from '../../models/naming.ts'
import type { CatalogColumn, CatalogConstraint } from './catalog.ts'
import {
  anyNumeric,
  type ColumnType,
  columnTypeOf,
  customTypeOf,
  jsonValue,
  kitTypeName,
} from './column-types.ts'
import type { FieldParts } from './field-parts.ts'
import { call, entry, flat, type Layout, list, object, prefixed, print } from './layout.ts'
import { type PulledTable, type PullContext, tableName } from './pull-context.ts'
import { referencesSource } from './reference-source.ts'
import { quoted, sqlLiteral } from './source-text.ts'

interface Written extends Pick<ColumnType, 'schema' | 'isOwn'> {
  /** The column's builder, for `column: (name) => …`. */
  readonly builder: (name: string) => string
}

const integers: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint'])

/**
 * The expression of a default as drizzle-kit reads it from a database, so that it finds no difference.
 *
 * It has no cast to the column's type; an integer has no quotes, and a numeric has some.
 */
function defaultOf({ expression, type, dimensions }: CatalogColumn): string {
  const text = expression ?? ''
  const plain = /^('(?:[^']|'')*')::[\w\s."()[\],]+$/.exec(text)?.[1] ?? text
  if (dimensions > 0) return plain
  if (integers.has(type)) return /^'-?\d+'$/.test(plain) ? plain.slice(1, -1) : plain
  return type.startsWith('numeric') && /^-?[\d.]+$/.test(plain) ? `'${plain}'` : plain
}

/** True for a default that drizzle-kit reads as `serial`: the next value of a sequence that is named as one. */
function isSerial({ type, expression, schema }: CatalogColumn): boolean {
  const start = schema === 'public' ? "nextval('" : `nextval('${schema}`
  const quotedStart = schema === 'public' ? `nextval('"` : `nextval('"${schema}".`
  return (
    type in serialTypes &&
    [start, quotedStart].some((text) => expression?.startsWith(text)) &&
    /_seq\d*"?'::regclass\)$/.test(expression ?? '')
  )
}

const serialTypes: Readonly<Record<string, string>> = {
  smallint: 'smallserial',
  integer: 'serial',
  bigint: 'bigserial',
}

/** The constant of the schema that holds a type or a table. */
export function schemaConstant(context: PullContext, schema: string): string {
  return context.constant(
    `schema ${schema}`,
    `${schema}Schema`,
    (name) =>
      `export const ${name} = ${context.use('drizzle-orm/pg-core', 'pgSchema')}(${quoted(schema)})`,
  )
}

function enumType(context: PullContext, column: CatalogColumn): Written {
  const { typeSchema, typeName } = column
  const { values = [] } =
    context.catalog.enums.find((one) => one.schema === typeSchema && one.name === typeName) ?? {}
  const items = list(values.map(quoted))
  const constant = context.constant(`enum ${typeSchema} ${typeName}`, `${typeName}Enum`, (name) => {
    const make =
      typeSchema === 'public'
        ? context.use('drizzle-orm/pg-core', 'pgEnum')
        : `${schemaConstant(context, typeSchema)}.enum`
    return `export const ${name} = ${make}(${quoted(typeName)}, ${flat(items)})`
  })
  return { schema: call('z.enum', items), isOwn: false, builder: (name) => `${constant}(${name})` }
}

function customType(context: PullContext, column: CatalogColumn): Written {
  const { type, typeName, typeKind, domainOf, dimensions } = column
  const { schema, data } = customTypeOf(column)
  // by the codec of an enum, Drizzle reads an array of any type whose values are text
  const isList = dimensions > 0 && data === 'string'
  const constant = context.constant(
    `type ${type}${isList ? '[]' : ''}`,
    `${typeName}${isList ? 'Item' : ''}Type`,
    (name) => {
      const make = context.use('drizzle-orm/pg-core', 'customType')
      const options = [
        `dataType: () => ${quoted(kitTypeName(type))}`,
        ...(isList ? ["codec: 'enum'"] : []),
      ]
      return print(call(`const ${name} = ${make}<{ data: ${data} }>`, object(options)))
    },
  )
  const place = `${tableName({ schema: column.schema, name: column.table })}.${column.name}`
  context.notes.push(
    typeKind === 'domain'
      ? `${place} is ${type}, a domain over ${domainOf}: the schema says less than the domain's CHECK`
      : `${place} is ${type}, which has no schema of its own: its values are text, as Postgres writes them`,
  )
  return { schema, isOwn: false, builder: (name) => `${constant}(${name})` }
}

function bytes(context: PullContext): Written {
  const constant = context.constant('type bytea', 'bytesType', (name) => {
    const make = context.use('drizzle-orm/pg-core', 'customType')
    return `/** Bytes, as base64. */
const ${name} = ${make}<{ data: string; driverData: Buffer }>({
  dataType: () => 'bytea',
  codec: 'bytea',
  toDriver: (text) => Buffer.from(text, 'base64'),
  fromDriver: (bytes) => bytes.toString('base64'),
})`
  })
  return { schema: 'z.base64()', isOwn: false, builder: (name) => `${constant}(${name})` }
}

/** The constant for a schema that is too long to be repeated. */
function namedSchema(context: PullContext, { type, isNotNull }: CatalogColumn): string | undefined {
  if (columnTypeOf(type)?.schema === anyNumeric.name)
    return context.constant(
      'schema of numeric',
      anyNumeric.name,
      (name) => `const ${name} = ${anyNumeric.source}`,
    )
  if (!isNotNull || (type !== 'json' && type !== 'jsonb')) return undefined
  return context.constant(
    'schema of json',
    'jsonValue',
    (name) => `/** JSON other than null. */\n${print(prefixed(`const ${name} = `, jsonValue))}`,
  )
}

/** The schema and the column of a single value; of an item of an array. */
function valueOf(context: PullContext, column: CatalogColumn): Written {
  if (column.typeKind === 'enum') return enumType(context, column)
  if (column.type === 'bytea') return bytes(context)
  const found = columnTypeOf(column.type)
  if (found === undefined) return customType(context, column)
  const { isOwn } = found
  const schema = namedSchema(context, column) ?? found.schema
  const serial = isSerial(column) ? serialTypes[column.type] : undefined
  const make = serial ?? found.builder
  const options = serial === 'serial' || serial === 'smallserial' ? [] : found.options
  return {
    schema,
    isOwn: isOwn && serial === undefined,
    builder: (name) => {
      context.use('drizzle-orm/pg-core', make)
      return `${make}(${[name, ...(options.length === 0 ? [] : [flat(object(options))])].join(', ')})`
    },
  }
}

/** The call of Drizzle that declares a column like this one, of another name. */
export const columnBuilder = (context: PullContext, column: CatalogColumn, name: string): string =>
  valueOf(context, { ...column, expression: null }).builder(name)

const ranges: Readonly<Record<string, string>> = {
  smallint: '32767',
  integer: '2147483647',
  bigint: '9223372036854775807',
}

/** `.generatedAlwaysAsIdentity()`, with what differs from the defaults of its sequence. */
function identityOf({ identity, sequence, table, name, type }: CatalogColumn): string {
  if (identity === null || sequence === null) return ''
  const { start, min, max, increment, cache, cycle } = sequence
  const options = [
    ...(sequence.name === `${table}_${name}_seq` ? [] : [`name: ${quoted(sequence.name)}`]),
    ...(increment === '1' ? [] : [`increment: ${increment}`]),
    ...(min === '1' ? [] : [`minValue: ${quoted(min)}`]),
    ...(max === ranges[type] ? [] : [`maxValue: ${quoted(max)}`]),
    ...(start === min ? [] : [`startWith: ${quoted(start)}`]),
    ...(cache === '1' ? [] : [`cache: ${cache}`]),
    ...(cycle ? ['cycle: true'] : []),
  ]
  const method =
    identity === 'always' ? 'generatedAlwaysAsIdentity' : 'generatedByDefaultAsIdentity'
  return `.${method}(${options.length === 0 ? '' : flat(object(options))})`
}

/** The schema and the column of a field. */
function columnOf(context: PullContext, column: CatalogColumn) {
  const { dimensions } = column
  const value = valueOf(context, column)
  const array =
    dimensions === 0 ? '' : `.array(${dimensions === 1 ? '' : quoted('[]'.repeat(dimensions))})`
  // drizzle-kit leaves NOT NULL out of a generated column that it makes again
  const notNull = column.generated !== null && column.isNotNull ? '.notNull()' : ''
  const end = `${array}${identityOf(column)}${notNull}`
  let { schema } = value
  for (let depth = 0; depth < dimensions; depth += 1) schema = call('z.array', schema)
  return {
    schema,
    column: value.isOwn && end === '' ? undefined : `(name) => ${value.builder('name')}${end}`,
  }
}

const nullable = (schema: Layout): Layout =>
  typeof schema === 'string'
    ? `${schema}.nullable()`
    : { kind: 'chain', calls: [schema, '.nullable()'], isTall: false }

/** `references: () => User.id`; with a type where the model is declared later, or is this one. */
function referenceOf(
  context: PullContext,
  table: PulledTable,
  { targetSchema, targetTable, targetColumns, onDelete }: CatalogConstraint,
): string[] {
  const target = context.find(targetSchema, targetTable)
  const field = target?.fields.get(targetColumns[0] ?? '')
  if (target === undefined || field === undefined) return []
  const type = context.isBefore(target, table)
    ? ''
    : `: ${context.use('drizzle-orm/pg-core', 'type AnyPgColumn').slice(5)}`
  return [
    `references: ()${type} => ${target.name}.${field}`,
    ...(onDelete === null ? [] : [`onDelete: ${quoted(onDelete)}`]),
  ]
}

/** The arguments of `serialId()` by the column that it makes. */
const serialArguments: Readonly<Record<string, string>> = {
  '(name) => integer(name).generatedAlwaysAsIdentity()': '',
  "(name) => bigint(name, { mode: 'number' }).generatedAlwaysAsIdentity()": "{ type: 'bigint' }",
  '(name) => smallint(name).generatedAlwaysAsIdentity()': "{ type: 'smallint' }",
}

/** The source of a field: `title: z.string().max(100)`. */
export function fieldSource(
  context: PullContext,
  table: PulledTable,
  { column, parts }: { readonly column: CatalogColumn; readonly parts: FieldParts },
): Layout {
  const key = table.fields.get(column.name) ?? ''
  if (parts.target !== undefined) return referencesSource(context, key, { column, parts })
  const { schema, column: builder } = columnOf(context, column)
  const isKey = parts.key !== undefined
  const hasDefault = column.expression !== null && column.generated === null && !isSerial(column)
  const isUuidKey = parts.key?.columns.length === 1 && column.expression === 'gen_random_uuid()'
  const isGenerated = column.identity !== null || isSerial(column)
  const isPlain = snakeCase(key) === column.name && parts.reference === undefined
  if (isUuidKey && builder === undefined && isPlain)
    return `${key}: ${context.use('plinth', 'id')}()`
  const serial = serialArguments[builder ?? '']
  if (parts.key?.columns.length === 1 && isPlain && serial !== undefined)
    return `${key}: ${context.use('plinth', 'serialId')}(${serial})`
  if (flat(schema).includes('decimal(')) context.use('plinth', 'decimal')
  const options: Layout[] = [
    ...(isKey ? ['primaryKey: true'] : []),
    ...(isGenerated ? ['readonly: true'] : []),
    ...(parts.unique ? ['unique: true'] : []),
    ...(parts.index ? ['index: true'] : []),
    ...(parts.reference ? referenceOf(context, table, parts.reference) : []),
    ...(hasDefault ? [`default: ${sqlLiteral(defaultOf(column))}`] : []),
    ...(column.generated === 'stored' ? [`generated: ${sqlLiteral(column.expression ?? '')}`] : []),
    ...(builder === undefined ? [] : [`column: ${builder}`]),
    ...(snakeCase(key) === column.name ? [] : [`name: ${quoted(column.name)}`]),
  ]
  if (options.some((one) => flat(one).includes('sql`'))) context.use('drizzle-orm', 'sql')
  const whole = column.isNotNull || isKey ? schema : nullable(schema)
  if (options.length === 0) return entry(key, whole)
  context.use('plinth', 'field')
  return entry(key, call('field', whole, object(options)))
}
