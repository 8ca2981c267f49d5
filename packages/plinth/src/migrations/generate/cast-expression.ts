import { partsOf } from '../review/type-change.ts'

const numbers = ['smallint', 'integer', 'bigint', 'numeric', 'float4', 'float8']
const texts = ['text', 'varchar', 'char']
const moments = ['timestamp', 'timestamptz', 'date']

/** The types that Postgres converts by an explicit cast, besides to and from text. */
const casts: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(numbers.map((name) => [name, numbers])),
  boolean: ['integer'],
  integer: [...numbers, 'boolean'],
  json: ['jsonb'],
  jsonb: ['json'],
  timestamp: [...moments, 'time'],
  timestamptz: [...moments, 'time', 'timetz'],
  date: moments,
  time: ['timetz', 'interval'],
  timetz: ['time'],
  interval: ['time'],
  uuid: [],
  bytea: [],
}

/** Conversions that have no cast. */
const conversions: readonly (readonly [
  from: readonly string[],
  to: readonly string[],
  expression: (column: string, type: string) => string,
])[] = [
  [['boolean'], numbers, (column, type) => `${column}::integer::${type}`],
  [numbers, ['boolean'], (column) => `${column} <> 0`],
  [['json', 'jsonb'], Object.keys(casts), (column, type) => `(${column} #>> '{}')::${type}`],
]

/**
 * The expression that turns a column's values into another type.
 *
 * @returns undefined if a plain cast does it, `null` if Postgres has no conversion
 */
export function castExpression(
  column: string,
  from: string,
  to: string,
): string | null | undefined {
  const [a, b] = [partsOf(from), partsOf(to)]
  const isText = !a.list && texts.includes(a.name)
  if (/^jsonb?$/.test(b.name) && !b.list && (a.list || !(isText || /^jsonb?$/.test(a.name))))
    return `to_${b.name}(${column})`
  if (isText && !b.list) return undefined
  if (b.list && !a.list) {
    const element = to.replace(/\[\]$/, '')
    const value = castExpression(column, from, element)
    if (value === null) return null
    return `CASE WHEN ${column} IS NOT NULL THEN ARRAY[${value ?? `${column}::${element}`}] END`
  }
  if (a.list || b.list) return b.list || texts.includes(b.name) ? undefined : null
  const known = casts[a.name]
  const isKnown = known !== undefined && Object.hasOwn(casts, b.name)
  if (!isKnown || a.name === b.name || known.includes(b.name)) return undefined
  const found = conversions.find(
    ([sources, tos]) => sources.includes(a.name) && tos.includes(b.name),
  )
  return found === undefined ? null : found[2](column, to)
}
