import { asc, getTableColumns, getTableName, sql } from 'drizzle-orm'
import { alias, type PgColumn } from 'drizzle-orm/pg-core'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app, createdAt, decimal, field, id, model, one, router, type Database } from 'plinth'
import { testDatabase } from 'plinth/testing'
import { createLogger } from '../../src/logging/logger.ts'
import { canonicalDecimal } from '../../src/schemas/decimal-text.ts'
import { repeats } from '../support/repeats.ts'

const seed = Number(process.env['DATABASE_JSON_SEED'] ?? 20_261_123)

/** A kind of field: its schema and some values. */
interface Kind {
  readonly schema: () => z.ZodType
  readonly value: fc.Arbitrary<unknown>
}

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => !value.includes('\0'))
const instant = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
  noInvalidDate: true,
})
const awkward = fc.constantFrom(
  '"',
  '\\',
  '\b\f\n\r\t',
  '\u0001\u001f',
  '\u007f\u0080',
  '\u2028\u2029',
  '</script>',
  '🂡e\u0301',
  'null',
  '{"a":1}',
  "'",
  '',
)
const kinds: Readonly<Record<string, Kind>> = {
  text: { schema: () => z.string(), value: fc.oneof(text, awkward) },
  varchar: { schema: () => z.string().max(200), value: fc.oneof(text, awkward) },
  uuid: { schema: () => z.uuid(), value: fc.uuid({ version: 4 }) },
  int: { schema: () => z.int(), value: fc.maxSafeInteger() },
  int32: { schema: () => z.int32(), value: fc.integer() },
  double: { schema: () => z.number(), value: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  bigint: {
    schema: () =>
      z
        .bigint()
        .min(-(2n ** 63n))
        .max(2n ** 63n - 1n),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  },
  decimal: {
    schema: () => decimal({ precision: 20, scale: 4 }),
    value: fc
      .bigInt({ min: -(10n ** 20n) + 1n, max: 10n ** 20n - 1n })
      .map((units) => canonicalDecimal(String(units).slice(0, 15), 4)),
  },
  boolean: { schema: () => z.boolean(), value: fc.boolean() },
  date: { schema: () => z.date(), value: instant },
  isoDate: {
    schema: () => z.iso.date(),
    value: instant.map((value) => value.toISOString().slice(0, 10)),
  },
  enum: {
    schema: () => z.enum(['low', 'it’s "high"', '']),
    value: fc.constantFrom('low', 'it’s "high"', ''),
  },
  json: {
    schema: () => z.object({ a: z.array(z.int()), b: z.string() }),
    value: fc.record({ a: fc.array(fc.integer(), { maxLength: 3 }), b: text }),
  },
  hidden: { schema: () => z.string(), value: text },
}

interface Column {
  readonly name: string
  readonly kind: string
  readonly nullable: boolean
}
type AnyModel = ReturnType<
  typeof model<'x', { id: ReturnType<typeof id>; at: ReturnType<typeof createdAt> }>
>
interface Sample {
  readonly table: AnyModel
  readonly columns: readonly Column[]
}

// Names that are special in SQL or in JSON, or that the generated statement could use.
const columnNames = [
  'a',
  'select',
  'row',
  't',
  'json',
  'camelCase',
  'rows',
  'order',
  'user_id',
  'x1',
]

const columnsArbitrary = fc
  .uniqueArray(fc.constantFrom(...columnNames), { minLength: 1, maxLength: columnNames.length })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.record({
          name: fc.constant(name),
          kind: fc.constantFrom(...Object.keys(kinds)),
          nullable: fc.boolean(),
        }),
      ),
    ),
  )

function makeModel(columns: readonly Column[], at: number): Sample {
  const fields = Object.fromEntries(
    columns.map(({ name, kind, nullable }) => {
      const schema = kinds[kind]!.schema()
      const stored = nullable ? schema.nullable() : schema
      return [name, kind === 'hidden' ? field(stored, { hidden: true }) : stored]
    }),
  )
  const table = model(`random_${at}`, { id: id(), at: createdAt(), ...fields } as never)
  return { table: table as unknown as AnyModel, columns }
}

const rowOf = (columns: readonly Column[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    Object.fromEntries(
      columns.map(({ name, kind, nullable }) => [
        name,
        nullable ? fc.option(kinds[kind]!.value) : kinds[kind]!.value,
      ]),
    ),
  )

const sample = <T>(arbitrary: fc.Arbitrary<T>, count: number, salt: number): T[] =>
  fc.sample(arbitrary, { numRuns: count, seed: seed + salt })

const models = sample(columnsArbitrary, 45, 0).map(makeModel)
/** The number of responses per model, and the models that a query of each shape is tried with. */
const perModel = repeats(20, 8)
const shaped = models.slice(0, repeats(models.length, 15))
const statements: string[] = []
const silent = createLogger({ level: 'silent' })
let db: Database

beforeAll(async () => {
  db = await testDatabase({
    models: models.map(({ table }) => table),
    logger: { logQuery: (statement) => void statements.push(statement) },
  })
  for (const [at, { table, columns }] of models.entries())
    await db.insert(table).values(sample(rowOf(columns), 6, at) as never)
})
afterAll(() => db.close())

/**
 * Makes a random response of the model's fields: some of them, in any order, as a list or a row.
 */
const responses = (table: AnyModel): fc.Arbitrary<{ keys: string[]; list: boolean }> =>
  fc.record({
    keys: fc.shuffledSubarray(Object.keys((table.$read as unknown as z.ZodObject).shape), {
      minLength: 1,
    }),
    list: fc.boolean(),
  })

function backend({ table }: Sample, response: { keys: string[]; list: boolean }) {
  const read = table.$read as unknown as z.ZodObject
  // Rebuilt, because the order of the keys is the order of the response.
  const item = z.object(Object.fromEntries(response.keys.map((key) => [key, read.shape[key]!])))
  const random = router('/random')
  const all = () => db.select().from(table).orderBy(asc(table.id))
  const route = response.list
    ? random.get('/', { response: z.array(item) }, all)
    : random.get('/', { response: item }, () => one(all()))
  return (databaseJson: boolean) =>
    app({ title: 'random', routes: { random: { route } }, databaseJson, docs: false })
}

type Fields = Record<string, never>
type Shape = (table: AnyModel, own: Fields, nulls: Fields) => PromiseLike<object[]>

const columnsIn = (table: AnyModel): Readonly<Record<string, PgColumn>> =>
  getTableColumns(table) as never

/** Queries whose columns have the types of a model's columns, but hold other values. */
const shapes: Readonly<Record<string, Shape>> = {
  union: (table, own, nulls) => db.select(own).from(table).union(db.select(nulls).from(table)),
  'union all': (table, own, nulls) =>
    db
      .select(own)
      .from(table)
      .unionAll(db.select(nulls).from(table))
      .orderBy(sql`1`),
  except: (table, own, nulls) => db.select(nulls).from(table).except(db.select(own).from(table)),
  'a CTE of the table’s name': (table, own, nulls) => {
    const shadow = db.$with(getTableName(table)).as(db.select(nulls).from(table))
    return db.with(shadow).select(own).from(table)
  },
  'a subquery of the table’s name': (table, own, nulls) =>
    db.select(own).from(db.select(nulls).from(table).as(getTableName(table)) as never),
  'a subquery': (table, own) =>
    db.select().from(db.select(own).from(table).orderBy(asc(table.id)).as('inner')),
  'a left join that matches nothing': (table, own) =>
    db
      .select(own)
      .from(alias(table, 'other') as never)
      .leftJoin(table, sql`false`),
  'a right join that matches nothing': (table, own) =>
    db
      .select(own)
      .from(table)
      .rightJoin(alias(table, 'other'), sql`false`),
  'a rollup': (table, own) =>
    db
      .select(own)
      .from(table)
      .groupBy(sql`rollup(${sql.join(Object.values(own), sql`, `)})`)
      .orderBy(sql`1 nulls first`)
      .limit(1),
  'an object before the columns': (table, own) =>
    db
      .select({ first: { at: table.at, null: sql`null` }, ...own })
      .from(table)
      .orderBy(asc(table.id)),
  'a piece of SQL for each column': (table, _own, nulls) => db.select(nulls).from(table),
  'a list of them': (table, own) => db.select(own).from(table).orderBy(asc(table.id)),
}

const bodyOf = async (api: ReturnType<ReturnType<typeof backend>>): Promise<string> => {
  const response = await api.fetch(new Request('http://test/random'))
  const body = await response.text()
  expect(response.status, body).toBe(200)
  return body
}

describe('JSON written by Postgres', () => {
  it(`is byte for byte what JavaScript writes, for ${models.length * perModel} random responses`, async () => {
    let compared = 0
    let byPostgres = 0
    for (const [at, one] of models.entries())
      for (const response of sample(responses(one.table), perModel, at)) {
        const make = backend(one, response)
        statements.length = 0
        const fast = await bodyOf(make(true))
        if (statements.some((statement) => statement.includes('to_json'))) byPostgres++
        expect(fast, `seed ${seed}, model ${at}: ${JSON.stringify(response)}`).toBe(
          await bodyOf(make(false)),
        )
        compared++
      }
    expect(compared).toBe(models.length * perModel)
    // Responses with doubles or JSON are written by JavaScript. Most others must be written by
    // Postgres.
    expect(byPostgres).toBeGreaterThan(compared * 0.35)
    console.log(
      `${compared} responses compared, ${byPostgres} of them written by Postgres; seed ${seed}`,
    )
  })

  it.each(Object.entries(shapes))('is validated if the query is %s', async (name, make) => {
    const ended = { well: 0, badly: 0 }
    for (const [at, { table }] of shaped.entries()) {
      const item = table.$read as unknown as z.ZodObject
      const own = Object.keys(item.shape).map((key) => [key, columnsIn(table)[key]!] as const)
      const nulls = Object.fromEntries(
        own.map(([key, column]) => [
          key,
          sql`null::${sql.raw(column.getSQLType())}`.as(column.name),
        ]),
      )
      const route = router('/odd').get(
        '/',
        { response: z.array(item) },
        () => make(table, Object.fromEntries(own) as Fields, nulls as Fields) as never,
      )
      const routes = { odd: { route } }
      const [fast, slow] = await Promise.all(
        [true, false].map(async (databaseJson) => {
          const api = app({ title: 'odd', routes, databaseJson, docs: false, log: silent })
          const response = await api.fetch(new Request('http://test/odd'))
          return { status: response.status, body: response.ok ? await response.text() : undefined }
        }),
      )
      expect(fast, `seed ${seed}, model ${at}, ${name}`).toStrictEqual(slow)
      if (slow!.status === 200) ended.well++
      else ended.badly++
    }
    const isGood = ['a subquery', 'an object before the columns', 'a list of them']
    if (isGood.includes(name)) expect(ended.well).toBe(shaped.length)
    else expect(ended.badly).toBeGreaterThan(0)
  })

  it('works for inserts, updates and deletes too', async () => {
    const { table, columns } = models[0]!
    const values = sample(rowOf(columns), 1, 99)[0] as never
    const writes = router('/writes')
    const routes = {
      insert: writes.post('/', { response: table.$read }, () =>
        one(db.insert(table).values(values).returning()),
      ),
      update: writes.patch('/', { response: z.array(table.$read) }, () =>
        db.update(table).set(values).returning(),
      ),
      remove: writes.delete('/', { response: z.array(table.$read) }, () =>
        db.delete(table).returning(),
      ),
    }
    const api = app({ title: 'writes', routes: { routes }, databaseJson: true })
    for (const method of ['POST', 'PATCH', 'DELETE']) {
      const response = await api.fetch(new Request('http://test/writes', { method }))
      const body: unknown = await response.json()
      expect(response.status).toBe(200)
      const rows = z
        .array(z.looseObject({ id: z.uuid() }))
        .parse(Array.isArray(body) ? body : [body])
      expect(rows.length).toBeGreaterThan(0)
    }
    expect((await db.select().from(table)).length).toBe(0)
  })
})
