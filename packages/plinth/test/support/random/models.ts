import { type SQL, sql } from 'drizzle-orm'
import { type AnyPgColumn, index, pgEnum, uniqueIndex } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import {
  createdAt,
  decimal,
  deletedAt,
  field,
  id,
  model,
  owner,
  updatedAt,
  version,
} from '../../../src/index.ts'
import { ownerPolicy } from '../../../src/models/owner-policy.ts'
import type { Fields } from '../../../src/models/model.types.ts'
import { type SeededRandom, seededRandom } from '../../../src/testing/conformance/seeded-random.ts'

/** A random field. It is created for each model, so that a second model can differ in a few. */
interface Drawn {
  readonly name: string
  readonly kind: number
  readonly seed: number
}

interface DrawnModel {
  readonly table: string
  readonly fields: readonly Drawn[]
  readonly extra: number
}

/** Random models by their export name. */
export interface DrawnModels {
  readonly models: readonly DrawnModel[]
  readonly exports: Readonly<Record<string, unknown>>
}

const state = pgEnum('item state', ['open', "it's done"])
const names = [
  'title',
  'userName',
  'order',
  'group',
  'HTMLText',
  'a',
  'value2',
  'from',
  'x_y',
  'count',
  'table',
  'createdBy',
  'aFieldWithANameThatMakesConstraintsLong',
  'user',
  'default',
  'check',
  'end',
  'Name',
]
const tables = [
  'tasks',
  'order',
  'user items',
  'Big_Table',
  'people',
  'a',
  'a_table_with_a_name_that_is_rather_long_for_one_thing',
  'select',
  'Ümlaut',
]

type Draw = SeededRandom
/** Returns true with a probability: 0.3 is three times in ten. */
const chance = (draw: Draw, often: number): boolean => draw.next() < often
type Make = (draw: Draw, context: { name: string; target: () => AnyPgColumn }) => unknown

const text = (draw: Draw) => {
  let schema = z.string()
  if (chance(draw, 0.5)) schema = schema.min(draw.int(0, 5))
  if (chance(draw, 0.6)) schema = schema.max(draw.int(6, 300))
  return schema
}
const number = (draw: Draw, schema: z.ZodInt | z.ZodNumber) => {
  let made = schema
  if (chance(draw, 0.5)) made = made.min(draw.int(-100, 0))
  if (chance(draw, 0.5)) made = made.max(draw.int(1, 100))
  return made
}
const words = ["it's", 'a', 'B c', '"', '\\', 'ü', '$$', ';--']

/** A schema with or without null, a default, an index, or a unique constraint. */
function dressed(draw: Draw, schema: z.ZodType, value: () => unknown): unknown {
  let made: z.ZodType = chance(draw, 0.3) ? schema.nullable() : schema
  if (chance(draw, 0.4)) made = made.default(value() as never)
  const unique = chance(draw, 0.15)
  const indexed = !unique && chance(draw, 0.15)
  if (!unique && !indexed) return made
  return field(made, { ...(unique && { unique }), ...(indexed && { index: indexed }) } as never)
}

const kinds: readonly Make[] = [
  (draw) => dressed(draw, text(draw), () => 'a word'),
  (draw) => dressed(draw, z.string(), () => draw.pick(words)),
  (draw) => dressed(draw, z.uuid(), () => '01890a5d-ac96-774b-bcce-b302099a8057'),
  (draw) => dressed(draw, number(draw, z.int()), () => 0),
  (draw) => dressed(draw, number(draw, z.int32()), () => 1),
  (draw) => dressed(draw, number(draw, z.number()), () => draw.pick([0, 0.5, 1])),
  (draw) =>
    dressed(
      draw,
      z
        .bigint()
        .min(-5n)
        .max(10n ** 15n),
      () => draw.pick([-1n, 10n ** 14n]),
    ),
  (draw) => dressed(draw, z.boolean(), () => chance(draw, 0.5)),
  (draw) => dressed(draw, z.date(), () => new Date(draw.int(0, 1_000_000))),
  (draw) => dressed(draw, z.iso.date(), () => '2026-02-28'),
  (draw) => dressed(draw, z.iso.time(), () => '10:00:00'),
  (draw) => dressed(draw, z.iso.datetime(), () => '2026-01-02T03:04:05.000Z'),
  (draw) =>
    dressed(
      draw,
      z.enum(['low', "it's", 'high %'].slice(draw.int(0, 2)) as ['low']),
      () => 'high %',
    ),
  (draw) =>
    plain(draw, z.object({ a: z.number(), b: z.string() }), { a: 1.5, b: draw.pick(words) }),
  (draw) => plain(draw, z.array(z.string()), [draw.pick(words)]),
  (draw) =>
    dressed(draw, decimal({ precision: draw.int(5, 12), scale: draw.int(0, 4) }), () => '1'),
  (draw) =>
    dressed(draw, decimal({ precision: 10, scale: 2, min: '-0.5', max: '100' }), () => '0.5'),
  (draw, { name }) =>
    field(z.enum(['open', "it's done"]).default(draw.pick(['open', "it's done"])), {
      column: () => state(snake(name)),
    }),
  (draw, { target }) =>
    field(z.uuid().nullable(), {
      references: target,
      ...(chance(draw, 0.5) && {
        onDelete: draw.pick(['cascade', 'set null', 'restrict'] as const),
      }),
      ...(chance(draw, 0.5) && { index: true as const }),
    }),
  () => field(z.uuid(), { default: sql`gen_random_uuid()`, readonly: true }),
]

const plain = (draw: Draw, schema: z.ZodType, value: unknown): z.ZodType => {
  const made = chance(draw, 0.3) ? schema.nullable() : schema
  return chance(draw, 0.4) ? made.default(value as never) : made
}

const snake = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()

const seedOf = (draw: Draw): number => draw.int(0, 2 ** 31 - 1)

function drawModel(draw: Draw, table: string): DrawnModel {
  const chosen = names.filter(() => chance(draw, 0.4))
  return {
    table,
    extra: seedOf(draw),
    fields: chosen.map((name) => ({
      name,
      kind: draw.int(0, kinds.length - 1),
      seed: seedOf(draw),
    })),
  }
}

/** Creates one to three random models. */
export function drawModels(draw: Draw): DrawnModels {
  const start = draw.int(0, tables.length - 1)
  const count = draw.int(1, 3)
  const chosen = Array.from(
    { length: count },
    (_, at) => tables[(start + at) % tables.length] ?? '',
  )
  return made(chosen.map((table) => drawModel(draw, table)))
}

/** Changes random models: fields and models are removed, added and changed. */
export function changeModels(draw: Draw, before: DrawnModels): DrawnModels {
  const models = before.models
    .filter((_, at) => at === 0 || chance(draw, 0.85))
    .map((one) => {
      const known = new Set(one.fields.map(({ name }) => name))
      const more = drawModel(draw, one.table).fields.filter(
        ({ name }) => !known.has(name) && chance(draw, 0.3),
      )
      const kept = one.fields
        .filter(() => chance(draw, 0.85))
        .map((drawn) => (chance(draw, 0.4) ? { ...drawn, seed: seedOf(draw) } : drawn))
      return {
        ...one,
        extra: chance(draw, 0.3) ? seedOf(draw) : one.extra,
        fields: [...kept, ...more],
      }
    })
  return made(models)
}

function made(models: readonly DrawnModel[]): DrawnModels {
  const exports: Record<string, unknown> = { state }
  models.forEach((drawn, at) => {
    // The table itself or any other.
    const target = (seed: number) => () =>
      (exports[`Model${seed % models.length}`] as { id: AnyPgColumn }).id
    exports[`Model${at}`] = makeModel(drawn, target)
  })
  return { models, exports }
}

type Column = Parameters<typeof ownerPolicy>[0]

function makeModel(
  { table, fields, extra }: DrawnModel,

  target: (seed: number) => () => AnyPgColumn,
): unknown {
  const draw = seededRandom(extra)
  const usual: Record<string, unknown> = { id: id() }
  for (const { name, kind, seed } of fields)
    usual[name] = kinds[kind]?.(seededRandom(seed), { name, target: target(seed) })
  if (chance(draw, 0.5)) usual['madeAt'] = createdAt()
  if (chance(draw, 0.3)) usual['changedAt'] = updatedAt()
  if (chance(draw, 0.3)) usual['version'] = version()
  if (chance(draw, 0.2)) usual['deletedAt'] = deletedAt()
  const ruled = chance(draw, 0.3)
  usual['ownerId'] = owner()
  usual['base'] = z.int32()
  if (chance(draw, 0.3)) usual['computed'] = field(z.int32(), { generated: sql`base * 2` })
  const [two, part, expression] = [chance(draw, 0.3), chance(draw, 0.3), chance(draw, 0.2)]
  const name = (end: string): string => `${table.slice(0, 20)}_${end}`
  const where: SQL = sql`base > 5`
  return model(table, usual as Fields, (t: Record<string, Column>) => [
    ...(ruled ? [ownerPolicy(t['ownerId'] as Column)] : []),
    ...(two ? [uniqueIndex(name('two')).on(t['ownerId'] as Column, t['base'] as Column)] : []),
    ...(part
      ? [
          index(name('part'))
            .on(t['base'] as Column)
            .where(where),
        ]
      : []),
    ...(expression ? [index(name('lower')).on(sql`lower(owner_id)`)] : []),
  ])
}
