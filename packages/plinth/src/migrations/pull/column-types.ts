import { maxDecimalDigits } from '../../schemas/decimal.ts'
import type { CatalogColumn } from './catalog.ts'
import { call, type Layout, list, object } from './layout.ts'

/** The schema for a Postgres type, and how Drizzle declares its column. */
export interface ColumnType {
  readonly schema: Layout
  /** True if the model's own column for the schema has this type, so that it needs no `column`. */
  readonly isOwn: boolean
  /** The name of Drizzle's function for the column. */
  readonly builder: string
  /** The options of that function. */
  readonly options: readonly string[]
}

interface TypeArguments {
  /** The parts in parentheses: `255`, or `10` and `2`. */
  readonly args: readonly string[]
  readonly hasZone: boolean
}

type Describe = (given: TypeArguments) => ColumnType

/** A type that the model's own column for the schema has. */
const own = (schema: Layout, builder: string, ...options: readonly string[]): ColumnType => ({
  schema,
  builder,
  options,
  isOwn: true,
})

/** A type for which the field needs a `column`. */
const other = (...given: Parameters<typeof own>): ColumnType => ({ ...own(...given), isOwn: false })

/** The schema of a numeric column without a precision; `fromTable()` derives the same. */
export const anyNumeric = {
  name: 'numericText',
  source: 'z.string().regex(/^(?:-?\\d+(?:\\.\\d+)?|NaN)$/)',
} as const

function numeric({ args: [precision, scale = '0'] }: TypeArguments): ColumnType {
  if (precision === undefined) return other(anyNumeric.name, 'numeric')
  const options = [`precision: ${precision}`, `scale: ${scale}`]
  const isDecimal =
    Number(precision) <= maxDecimalDigits &&
    Number(scale) <= Number(precision) &&
    !scale.startsWith('-')
  return isDecimal
    ? own(call('decimal', object(options)), 'numeric', ...options)
    : other(anyNumeric.name, 'numeric', ...options)
}

/** The options of a type of time. */
const timeOptions = ({ args: [precision], hasZone }: TypeArguments): readonly string[] => [
  ...(precision === undefined ? [] : [`precision: ${precision}`]),
  ...(hasZone ? ['withTimezone: true'] : []),
]

/** JSON other than null, for a column that is NOT NULL. */
export const jsonValue = call(
  'z.union',
  list([
    'z.string()',
    'z.number()',
    'z.boolean()',
    'z.array(z.json())',
    'z.record(z.string(), z.json())',
  ]),
)

/** The types by the name that Postgres gives them. */
const types: Readonly<Record<string, ColumnType | Describe>> = {
  uuid: own('z.uuid()', 'uuid'),
  text: own('z.string()', 'text'),
  'character varying': ({ args: [length] }) =>
    length === undefined
      ? other('z.string()', 'varchar')
      : own(`z.string().max(${length})`, 'varchar', `length: ${length}`),
  character: ({ args: [length = '1'] }) =>
    other(`z.string().max(${length})`, 'char', `length: ${length}`),
  boolean: own('z.boolean()', 'boolean'),
  smallint: other('z.int().min(-32768).max(32767)', 'smallint'),
  integer: own('z.int32()', 'integer'),
  bigint: own('z.int()', 'bigint', "mode: 'number'"),
  real: other('z.number()', 'real'),
  'double precision': own('z.number()', 'doublePrecision'),
  numeric,
  date: own('z.iso.date()', 'date'),
  time: (given) => {
    const options = timeOptions(given)
    if (given.hasZone) return other('z.string()', 'time', ...options)
    return (options.length === 0 ? own : other)('z.iso.time()', 'time', ...options)
  },
  timestamp: (given) => {
    const isInstant = given.hasZone && given.args[0] === '3'
    return (isInstant ? own : other)('z.date()', 'timestamp', ...timeOptions(given))
  },
  interval: (given) => other('z.string()', 'interval', ...timeOptions(given)),
  jsonb: own('z.json()', 'jsonb'),
  json: other('z.json()', 'json'),
  inet: other('z.string()', 'inet'),
  cidr: other('z.string()', 'cidr'),
  macaddr: other('z.string()', 'macaddr'),
  macaddr8: other('z.string()', 'macaddr8'),
  point: other(call('z.tuple', list(['z.number()', 'z.number()'])), 'point'),
}

/** The column type for what `format_type()` writes; undefined for a type that Drizzle has no function for. */
export function columnTypeOf(type: string): ColumnType | undefined {
  const [, base = type, args, zone] =
    /^(.*?)(?:\(([^)]*)\))?(?: (with|without) time zone)?$/.exec(type) ?? []
  const found = Object.hasOwn(types, base) ? types[base] : undefined
  return typeof found === 'function'
    ? found({ args: args === undefined ? [] : args.split(','), hasZone: zone === 'with' })
    : found
}

/** The values that a driver returns for the base type of a domain, where they are not text. */
const driverValues: Readonly<Record<string, { readonly schema: string; readonly data: string }>> = {
  integer: { schema: 'z.int32()', data: 'number' },
  smallint: { schema: 'z.int().min(-32768).max(32767)', data: 'number' },
  real: { schema: 'z.number()', data: 'number' },
  'double precision': { schema: 'z.number()', data: 'number' },
  boolean: { schema: 'z.boolean()', data: 'boolean' },
  json: { schema: 'z.json()', data: 'unknown' },
  jsonb: { schema: 'z.json()', data: 'unknown' },
  uuid: { schema: 'z.uuid()', data: 'string' },
}

/** The schema and the TypeScript type of a type that only a custom column can have. */
export function customTypeOf({ domainOf }: CatalogColumn): { schema: string; data: string } {
  const length = /^character varying\((\d+)\)$/.exec(domainOf ?? '')?.[1]
  if (length !== undefined) return { schema: `z.string().max(${length})`, data: 'string' }
  return driverValues[domainOf ?? ''] ?? { schema: 'z.string()', data: 'string' }
}

/** A type's name as drizzle-kit compares it: `character varying` is `varchar`, and quotes are left out. */
export const kitTypeName = (type: string): string =>
  type
    .replace(/\bcharacter varying\b/, 'varchar')
    .replace(/ without time zone\b/, '')
    .replace(/\bcharacter\b/, 'char')
    .replaceAll(/^"|"$/g, '')
