import { PGlite } from '@electric-sql/pglite'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api-postgres'
import { eq } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { field, id } from './field.ts'
import { model } from './model.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { base64 } from '../schemas/base64.ts'
import { compiled } from '../schemas/compiled.ts'
import { duration } from '../schemas/duration.ts'
import { timeOfDay } from '../schemas/time-of-day.ts'

const client = new PGlite()
const db = drizzle({ client })
beforeAll(() => client.waitReady)
afterAll(() => client.close())

async function createTable(table: PgTable): Promise<void> {
  const statements = await generateMigration(
    await generateDrizzleJson({}),
    await generateDrizzleJson({ table }),
  )
  for (const statement of statements) await client.exec(statement)
}

/** Text with all that makes trouble: NUL, lone surrogates, emoji, and plain words. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('\0', '\uD800', '\uDC00', '😀', 'a', '"', '\\', "'"), { maxLength: 4 })
    .map((l) => l.join('')),
)
// most dates have years that no column accepts, so half of these have years that one does
const date = fc.oneof(
  fc.date({ noInvalidDate: false }),
  fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
)
// JSON has one zero
const json = fc
  .jsonValue({ stringUnit: 'binary' })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
const iso = date.filter((d) => !Number.isNaN(d.getTime())).map((d) => d.toISOString())
const twoDigits = (max: number) =>
  fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'))
const fraction = fc.oneof(
  fc.constant(''),
  fc.nat().map((n) => `.${n}`),
  fc.constantFrom('.50', '.500', '.000000', '.1234560', '.1234567'),
)
const time = fc
  .tuple(twoDigits(24), twoDigits(59), twoDigits(60), fraction)
  .map(([h, m, s, f]) => `${h}:${m}:${s}${f}`)
const toTheMillisecond = time.map((text) => `${text.slice(0, 8)}.123`)
const shortTime = fc.tuple(twoDigits(23), twoDigits(59)).map((parts) => parts.join(':'))
const offset = fc.constantFrom('Z', '+02:00', '-14:00', '+23:59', '')
const datetime = fc
  .tuple(
    fc.oneof(
      iso.map((t) => t.slice(0, 10)),
      fc.constantFrom('0000-01-01', '0001-01-01', '9999-12-31'),
    ),
    fc.oneof(time, shortTime),
    offset,
  )
  .map(([d, t, o]) => `${d}T${t}${o}`)
/** Many enough that are accepted, of a precision that few drawn ones have. */
const orPlain = (text: string) => fc.oneof(datetime, fc.constant(text))

interface Case {
  readonly schema: AnySchema
  readonly values: fc.Arbitrary<unknown>
}
const cases: Record<string, Case> = {
  text: { schema: z.string(), values: text },
  bounded: { schema: z.string().min(2).max(5), values: text },
  exact: { schema: z.string().length(3), values: text },
  empty: { schema: z.string().max(0), values: text },
  email: {
    schema: z.email(),
    values: fc.oneof(fc.constantFrom('Ann@Example.com', "o'hara+1@x.io"), text),
  },
  url: { schema: z.url(), values: fc.oneof(fc.webUrl(), text) },
  uuid: {
    schema: z.uuid(),
    values: fc.oneof(
      fc.uuid(),
      fc.uuid().map((u) => u.toUpperCase()),
    ),
  },
  guid: { schema: z.guid(), values: fc.uuid().map((u) => u.toUpperCase()) },
  int: {
    schema: z.int(),
    values: fc.oneof(fc.maxSafeInteger(), fc.double(), fc.constantFrom(-0, 2 ** 53, 2 ** 63)),
  },
  small: { schema: z.int().min(-5).max(5), values: fc.integer({ min: -7, max: 7 }) },
  int32: {
    schema: z.int32(),
    values: fc.oneof(fc.integer(), fc.constantFrom(2 ** 31, -(2 ** 31), -0)),
  },
  uint32: {
    schema: z.uint32(),
    values: fc.oneof(fc.nat(2 ** 31), fc.constantFrom(2 ** 32 - 1, 2 ** 32, -1)),
  },
  number: {
    schema: z.number(),
    values: fc.oneof(fc.double(), fc.constantFrom(-0, 5e-324, 1.7976931348623157e308)),
  },
  above: { schema: z.number().gt(0.1).lt(0.7), values: fc.double({ min: 0.09, max: 0.71 }) },
  bigint: {
    schema: z.bigint(),
    values: fc.oneof(fc.bigInt(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  },
  atLeast: { schema: z.bigint().min(3n), values: fc.bigInt({ min: 0n, max: 6n }) },
  boolean: { schema: z.boolean(), values: fc.boolean() },
  date: { schema: z.date(), values: date },
  isoDatetime: { schema: z.iso.datetime(), values: fc.oneof(iso, datetime) },
  isoOffset: { schema: z.iso.datetime({ offset: true }), values: datetime },
  isoSeconds: {
    schema: z.iso.datetime({ precision: 0, offset: true }),
    values: orPlain('2026-01-02T03:04:05+02:00'),
  },
  isoMinutes: { schema: z.iso.datetime({ precision: -1 }), values: orPlain('2026-01-02T03:04Z') },
  isoTwo: {
    schema: z.iso.datetime({ precision: 2 }),
    values: iso.map((t) => t.replace('Z', '').slice(0, -1) + 'Z'),
  },
  isoDate: {
    schema: z.iso.date(),
    values: fc.oneof(
      iso.map((t) => t.slice(0, 10)),
      fc.constantFrom('0000-01-01', '0001-01-01', '9999-12-31', '2024-02-29'),
    ),
  },
  isoTime: { schema: z.iso.time(), values: fc.oneof(time, shortTime) },
  isoTimeSeconds: { schema: z.iso.time({ precision: 0 }), values: fc.oneof(time, shortTime) },
  isoTimeMinutes: { schema: z.iso.time({ precision: -1 }), values: fc.oneof(time, shortTime) },
  isoTimeThree: { schema: z.iso.time({ precision: 3 }), values: fc.oneof(time, toTheMillisecond) },
  choice: {
    schema: z.enum(["it's", 'b', '$1', 'ü']),
    values: fc.constantFrom("it's", 'b', '$1', 'ü', 'x'),
  },
  literal: { schema: z.literal(['x', 'y']), values: fc.constantFrom('x', 'y', 'z') },
  list: { schema: z.array(z.string()), values: fc.array(text) },
  numbers: {
    schema: z.array(z.number()),
    values: fc.array(
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
    ),
  },
  object: {
    schema: z.object({ at: z.date(), n: z.bigint().nullable(), s: z.string().optional() }),
    values: fc.record({ at: date, n: fc.option(fc.bigInt()), s: text }),
  },
  dates: { schema: z.set(z.date()), values: fc.array(date).map((l) => new Set(l)) },
  record: { schema: z.record(z.string(), z.date()), values: fc.dictionary(text, date) },
  either: {
    schema: z.union([z.string(), z.date(), z.array(z.bigint())]),
    values: fc.oneof(text, date, fc.array(fc.bigInt())),
  },
  json: { schema: z.json(), values: json },
  unknown: { schema: z.unknown(), values: json },
  loose: { schema: z.looseObject({}), values: fc.dictionary(text, json) },
  codec: {
    schema: z.codec(z.iso.datetime(), z.date(), {
      decode: (t) => new Date(t),
      encode: (d) => d.toISOString(),
    }),
    values: iso,
  },
  duration: {
    schema: duration(),
    values: fc
      .tuple(fc.nat(400), fc.nat(99), fc.nat(), fc.nat(999))
      .map(([d, h, m, s]) => `P${d}DT${h}H${m}M0.${s}S`),
  },
  timeOfDay: { schema: timeOfDay(), values: fc.oneof(time, toTheMillisecond, shortTime) },
  bytes: { schema: base64({ maxSize: 100 }), values: fc.base64String() },
}

describe('a value that $create accepts', () => {
  for (const [name, { schema, values }] of Object.entries(cases)) {
    it(`is stored and comes back the same: ${name}`, async () => {
      const Thing = model(`t_${name.toLowerCase()}`, {
        id: id(),
        value: schema,
        other: field(schema, { hidden: true, immutable: true }),
      })
      await createTable(Thing)
      let accepted = 0
      const check = async (value: unknown): Promise<void> => {
        const body = Thing.$create.safeParse({ value, other: value })
        const patch = Thing.$update.safeParse({ value })
        // undefined means no change in an update; both schemas treat all other values alike
        if (value !== undefined) expect(patch.success).toBe(body.success)
        if (!body.success) return
        accepted += 1
        const given = body.data as { value: unknown }
        const [row] = await db
          .insert(Thing)
          .values(given as never)
          .returning()
        expect(row?.value).toEqual(given.value ?? null)
        expect(patch.data).toEqual({ value: given.value })
        const [changed] = await db
          .update(Thing)
          .set(patch.data as never)
          .where(eq(Thing.id, row?.id as never))
          .returning()
        expect(changed?.value).toEqual(given.value ?? null)
        expect(compiled(Thing).encode(row)).toMatchObject({ ok: true })
      }
      await fc.assert(fc.asyncProperty(values, check), { numRuns: 60 })
      expect(accepted).toBeGreaterThan(0)
    })
  }
})
