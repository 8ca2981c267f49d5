import { getTableConfig } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import {
  app,
  base64,
  decimal,
  duration,
  encode,
  id,
  model,
  router,
  timeOfDay,
} from '../../packages/plinth/src/index.ts'

/** A schema as a page shows it, with a value in TypeScript. */
type MappedSchema = readonly [text: string, schema: z.ZodType, value: unknown]

/** The schemas of the table in docs/openapi-mapping.md. */
const schemas: readonly MappedSchema[] = [
  ['z.string()', z.string(), 'tea'],
  ['z.string().min(1).max(80)', z.string().min(1).max(80), 'tea'],
  ['z.string().regex(/^[a-z]+$/)', z.string().regex(/^[a-z]+$/), 'tea'],
  ['z.email()', z.email(), 'ann@example.com'],
  ['z.url()', z.url(), 'https://example.com/'],
  ['z.uuid()', z.uuid(), '0198c2f4-6c3e-7a51-9d1c-3f2f5b0f7a11'],
  ["z.enum(['low', 'high'])", z.enum(['low', 'high']), 'low'],
  ['z.boolean()', z.boolean(), true],
  ['z.int()', z.int(), 5],
  ['z.int().min(0).max(9)', z.int().min(0).max(9), 5],
  ['z.number()', z.number(), 0.5],
  ['z.bigint()', z.bigint(), 9_007_199_254_740_993n],
  ['decimal({ precision: 10, scale: 2 })', decimal({ precision: 10, scale: 2 }), '19.90'],
  ['z.date()', z.date(), new Date('2026-01-31T12:00:00Z')],
  ['z.iso.date()', z.iso.date(), '2026-01-31'],
  ['z.iso.time()', z.iso.time(), '12:30:00'],
  ['timeOfDay()', timeOfDay(), 45_000_000],
  ['duration()', duration(), 90_000],
  ['base64()', base64(), new Uint8Array([1, 2, 3])],
  ['z.array(z.string())', z.array(z.string()), ['a', 'b']],
  ['z.object({ lat: z.number() })', z.object({ lat: z.number() }), { lat: 47.4 }],
  ['z.string().nullable()', z.string().nullable(), null],
  ["z.string().default('white')", z.string().default('white'), 'white'],
]

/** Leaves out the patterns that fill a line. */
const shortPattern = (key: string, value: unknown): unknown =>
  key === 'pattern' && typeof value === 'string' && value.length > 20 ? '…' : value

/** The rows of the table: the schema, JSON Schema in a response, the column, and the value in JSON. */
export function mappingRows(): readonly string[] {
  const nameOf = (at: number): string => `field${at}`
  const fields = schemas.map(([, schema], at) => [nameOf(at), schema] as const)
  const Sample = model('samples', { id: id(), ...Object.fromEntries(fields) })
  const read = router('/samples').get('/', { response: Sample }, () => null as never)
  const document = app({ title: 'Samples', routes: { samples: { read } } }).openapi()
  const described = document.components.schemas?.['Sample'] as {
    readonly properties: Readonly<Record<string, object>>
  }
  const { columns } = getTableConfig(Sample)
  return schemas.map(([text, schema, value], at) => {
    const column = columns.find(({ name }) => name === nameOf(at))
    const type = `${column?.getSQLType()}${column?.notNull ? '' : ', nullable'}`
    const json = JSON.stringify(encode(schema, value as never))
    const jsonSchema = JSON.stringify(described.properties[nameOf(at)], shortPattern)
    return `| \`${text}\` | \`${jsonSchema}\` | \`${type}\` | \`${json}\` |`
  })
}
