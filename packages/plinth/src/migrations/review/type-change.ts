/** The parts of a type as Postgres writes it: `varchar(20)[]` is `varchar`, `[20]`, list. */
interface TypeParts {
  readonly name: string
  readonly sizes: readonly number[]
  readonly list: boolean
}

const longNames: Readonly<Record<string, string>> = {
  'character varying': 'varchar',
  character: 'char',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
  'time with time zone': 'timetz',
  'time without time zone': 'time',
  'double precision': 'float8',
  real: 'float4',
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  decimal: 'numeric',
  bool: 'boolean',
  float: 'float8',
}

/** Reads a type as Postgres or drizzle-kit writes it. */
export function partsOf(type: string): TypeParts {
  const lower = type.toLowerCase().replaceAll('"', '')
  const sizes = /\(([\d\s,]+)\)/.exec(lower)?.[1]?.split(',').map(Number) ?? []
  const name = lower
    .replace(/\([^)]*\)/, ' ')
    .replace(/(\[\])+$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return { name: longNames[name] ?? name, sizes, list: lower.endsWith(']') }
}

/** The bits of the integer types. */
const integers: Readonly<Record<string, number>> = { smallint: 16, integer: 32, bigint: 64 }
const times = new Set(['timestamp', 'timestamptz', 'time', 'timetz'])

/**
 * Classifies a change of a column's type.
 *
 * `free`: only the catalog changes. `rewrites`: every row is rewritten, and no value changes.
 * `narrows`: a value may not fit.
 */
export function typeChange(from: string, to: string): 'free' | 'rewrites' | 'narrows' {
  const [a, b] = [partsOf(from), partsOf(to)]
  if (a.list !== b.list) return 'narrows'
  if (a.name === b.name) return sameName(a, b)
  if (b.name === 'text') return a.name === 'varchar' ? 'free' : 'rewrites'
  if (a.name === 'text' && b.name === 'varchar') return b.sizes.length === 0 ? 'free' : 'narrows'
  const [bits, more] = [integers[a.name], integers[b.name]]
  if (bits !== undefined && more !== undefined) return more > bits ? 'rewrites' : 'narrows'
  if (bits !== undefined && b.name === 'numeric')
    return b.sizes.length === 0 ? 'rewrites' : 'narrows'
  if (bits !== undefined && bits <= 32 && b.name === 'float8') return 'rewrites'
  if (a.name === 'float4' && b.name === 'float8') return 'rewrites'
  if (a.name === 'json' && b.name === 'jsonb') return 'rewrites'
  if (a.name === 'date' && times.has(b.name) && b.name.startsWith('timestamp')) return 'rewrites'
  return 'narrows'
}

function sameName(a: TypeParts, b: TypeParts): 'free' | 'narrows' | 'rewrites' {
  const [size = Infinity, scale = 0] = a.sizes
  const [newSize = Infinity, newScale = 0] = b.sizes
  if (a.name === 'numeric') {
    if (b.sizes.length === 0) return 'free'
    if (a.sizes.length === 0) return 'narrows'
    if (newScale !== scale)
      return newSize - newScale >= size - scale && newScale > scale ? 'rewrites' : 'narrows'
  }
  if (a.name === 'char' && size !== newSize) return newSize > size ? 'rewrites' : 'narrows'
  return newSize >= size ? 'free' : 'narrows'
}
