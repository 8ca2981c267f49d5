// Random models with hidden fields and relations three levels deep: no response has a hidden field.
import { defineRelations } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app, field, id, insert, model, router, withRelations, type Database } from 'plinth'
import { testDatabase } from 'plinth/testing'
import { seededRandom, type SeededRandom } from '../../src/testing/conformance/seeded-random.ts'

const rounds = 25
const secret = 'HIDDEN-VALUE'
const names = ['a', 'bName', 'c_d', 'e1', 'from', 'order', 'value', 'Note'] as const

type AnyModel = typeof sample
const sample = model('samples', { id: id(), parentId: z.uuid().nullable(), a: z.string() })

const kinds: readonly (() => { schema: z.ZodType; value: (draw: SeededRandom) => unknown })[] = [
  () => ({ schema: z.string(), value: (draw) => draw.pick(['x', 'ü', '"', '\\']) }),
  () => ({ schema: z.int(), value: (draw) => draw.int(-5, 2 ** 40) }),
  () => ({ schema: z.bigint(), value: (draw) => BigInt(draw.int(0, 9)) * 2n ** 59n }),
  () => ({ schema: z.date(), value: (draw) => new Date(draw.int(0, 2 ** 40)) }),
  () => ({ schema: z.number(), value: (draw) => draw.next() * 1e9 }),
  () => ({
    schema: z.object({ at: z.date(), list: z.array(z.string()) }),
    value: (draw) => ({ at: new Date(draw.int(0, 2 ** 40)), list: ['y'] }),
  }),
]

interface Column {
  readonly name: string
  readonly hidden: boolean
  readonly kind: ReturnType<(typeof kinds)[number]>
}

/** Declares a random table below another. Hidden text is recognizable. */
function drawModel(draw: SeededRandom, table: string) {
  const columns: Column[] = names
    .filter(() => draw.next() < 0.6)
    .map((name) => ({ name, hidden: draw.next() < 0.5, kind: draw.pick(kinds)() }))
  const fields = Object.fromEntries(
    columns.map(({ name, hidden, kind }) => [
      name,
      hidden ? field(kind.schema.nullable(), { hidden: true }) : kind.schema.nullable(),
    ]),
  )
  const made = model(
    table,
    {
      id: id(),
      parentId: z.uuid().nullable(),
      hiddenText: field(z.string().default(secret), { hidden: true }),
      ...fields,
    },
    { name: table },
  ) as unknown as AnyModel
  const hidden = ['hiddenText', ...columns.filter((one) => one.hidden).map((one) => one.name)]
  const shown = ['id', 'parentId', ...columns.filter((one) => !one.hidden).map((one) => one.name)]
  const row = (parentId: string | null) => ({
    parentId,
    ...Object.fromEntries(
      columns.map(({ name, hidden, kind }) => [
        name,
        draw.oneIn(5)
          ? null
          : hidden && kind.schema instanceof z.ZodString
            ? secret
            : kind.value(draw),
      ]),
    ),
  })
  return { model: made, hidden, shown, row }
}

type Level = ReturnType<typeof drawModel>
type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly parentId: unknown }

const world = Array.from({ length: rounds }, (_, round) => {
  const draw = seededRandom(1000 + round)
  const levels = [0, 1, 2].map((depth) => drawModel(draw, `t${round}_${depth}`))
  return { draw, levels, round }
})
const models = Object.fromEntries(
  world.flatMap(({ levels, round }) =>
    levels.map((level, depth) => [`T${round}_${depth}`, level.model] as const),
  ),
)
const relations = defineRelations(models, (r) =>
  Object.fromEntries(
    world.flatMap(({ round }) =>
      [0, 1, 2].map((depth) => {
        const self = `T${round}_${depth}`
        const below = `T${round}_${depth + 1}`
        const above = `T${round}_${depth - 1}`
        const columns = (name: string) => r[name] as (typeof r)[string]
        return [
          self,
          {
            ...(depth < 2 && {
              below: r.many[below]!({ from: columns(self).id, to: columns(below).parentId }),
            }),
            ...(depth > 0 && {
              above: r.one[above]!({ from: columns(self).parentId, to: columns(above).id }),
            }),
          },
        ]
      }),
    ),
  ),
)

let db: Database<typeof relations>
const statements: string[] = []
beforeAll(async () => {
  const logger = { logQuery: (query: string) => void statements.push(query) }
  db = await testDatabase({ models, relations, logger })
})
afterAll(() => db?.close())

/** A tree of relations three levels deep, down and up, each complete or partial. */
function tree(draw: SeededRandom, levels: readonly Level[], at: number, depth: number): Tree {
  const { model: own } = levels[at] as Level
  const made: Record<string, z.core.$ZodType> = {}
  const trees: Record<string, Tree> = {}
  for (const [name, next] of [
    ['below', at + 1],
    ['above', at - 1],
  ] as const) {
    if (depth === 0 || levels[next] === undefined) continue
    if (depth < 3 && draw.oneIn(4)) continue
    const inner = tree(draw, levels, next, depth - 1)
    trees[name] = inner
    made[name] = name === 'below' ? z.array(inner.schema) : z.nullable(inner.schema)
  }
  if (Object.keys(made).length > 0) {
    const schema = withRelations(own, made)
    return { schema, with: schema.$with, at, trees, fields: (levels[at] as Level).shown }
  }
  const part = draw.oneIn(2)
  return {
    schema: part ? own.$read.pick({ id: true }) : own,
    with: {},
    at,
    trees,
    fields: part ? ['id'] : (levels[at] as Level).shown,
  }
}
interface Tree {
  readonly schema: z.core.$ZodType
  readonly with: object
  readonly at: number
  readonly trees: Readonly<Record<string, Tree>>
  readonly fields: readonly string[]
}

/** Computes the expected response from the inserted rows. */
function expected(row: Row, { fields, trees }: Tree, rows: readonly (readonly Row[])[]): object {
  const shown = Object.fromEntries(fields.map((name) => [name, row[name]]))
  const related = Object.entries(trees).map(([name, inner]) => {
    const all = rows[inner.at] ?? []
    if (name === 'above') {
      const found = all.find((other) => other.id === row.parentId)
      return [name, found ? expected(found, inner, rows) : null]
    }
    const below = all.filter((other) => other.parentId === row.id)
    return [name, below.map((other) => expected(other, inner, rows)).toSorted(byId)]
  })
  return { ...shown, ...Object.fromEntries(related) }
}
const byId = (a: object, b: object): number => ((a as Row).id < (b as Row).id ? -1 : 1)
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted).toSorted(byIdOrNot)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sorted(inner)]))
}
const byIdOrNot = (a: unknown, b: unknown): number =>
  typeof a === 'object' && a !== null && 'id' in a ? byId(a, b as object) : 0

const say = () => undefined
const silent = { debug: say, info: say, warn: say, error: say, child: () => silent }

describe.each(world)('random models, round $round', ({ draw, levels, round }) => {
  it('send the visible fields, load no hidden column, and use one statement', async () => {
    const rows: Row[][] = []
    for (const [depth, level] of levels.entries()) {
      const above = rows[depth - 1] ?? []
      const values = Array.from({ length: 5 }, () =>
        level.row(above.length > 0 && !draw.oneIn(5) ? draw.pick(above).id : null),
      )
      rows.push(await insert(db, level.model, values as never))
    }
    const asked = tree(draw, levels, 0, 3)
    const query = (db.query as Readonly<Record<string, { findMany(config: object): unknown }>>)[
      `T${round}_0`
    ]!
    const response = z.array(asked.schema)
    const list = router('/rows').get(
      '/',
      { response },
      () => query.findMany({ with: asked.with }) as never,
    )
    const api = app({ title: 'x', routes: { rows: { list } }, log: silent })
    statements.length = 0
    const received = await api.fetch(new Request('http://test/rows'))
    const text = await received.text()
    expect(received.status, text).toBe(200)
    expect(statements).toHaveLength(1)
    expect(text).not.toContain(secret)
    const want = (rows[0] ?? []).map((row) => expected(row, asked, rows))
    const wire = JSON.stringify(sorted(want), (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    expect(sorted(JSON.parse(text))).toEqual(sorted(JSON.parse(wire)))
    // the statement does not even select hidden columns of related rows
    const related = await (query.findMany({
      columns: { id: true },
      with: asked.with,
    }) as Promise<unknown>)
    expect(
      JSON.stringify(related, (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      ),
    ).not.toContain(secret)
  })
})
