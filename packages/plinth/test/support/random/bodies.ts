// Random bodies for the model of every type: mostly valid values, some near misses, some arbitrary.
import * as fc from 'fast-check'

type Value = fc.Arbitrary<unknown>

/** Characters that often break databases, parsers and terminals, including a lone surrogate. */
const text = fc.string({
  unit: fc.oneof(
    { weight: 8, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
    { weight: 4, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }) },
    fc.constantFrom('\0', '\ud800', '\udfff', '\ufeff', "'", '"', '\\', '\u2028', '\r\n', '%', '{'),
  ),
  maxLength: 24,
})
const clean = fc.string({ unit: 'grapheme', maxLength: 8 })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)
const anyDigits = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String)
const instant = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString())
const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'))
/** Dates in the right format, but often invalid. */
const anyInstant = fc
  .tuple(fc.integer({ min: 0, max: 9999 }), two(13), two(32), two(24), two(60), two(60))
  .chain(([year, month, day, hour, minute, second]) =>
    fc
      .tuple(
        fc.constantFrom('', '.1', '.120', '.1234', '.1230', '.1234567'),
        fc.constantFrom('Z', '+14:00', '-23:59', '+00:00', '', 'z', '+24:00'),
      )
      .map(([fraction, offset]) => {
        const date = `${String(year).padStart(4, '0')}-${month}-${day}`
        return `${date}T${hour}:${minute}:${second}${fraction}${offset}`
      }),
  )
const anyTime = fc
  .tuple(two(24), two(60), two(60), fc.constantFrom('', '.5', '.500000', '.1234567', '.'))
  .map(([hour, minute, second, fraction]) => `${hour}:${minute}:${second}${fraction}`)
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 1e21, 5e-324, Number.MAX_VALUE, 2 ** 53, -(2 ** 53), 0.1, 1e300),
)
const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' })

/** For each column, usually valid values and near misses. */
const columns: Readonly<Record<string, readonly [fits: Value, nearly: Value]>> = {
  text: [clean, text],
  hidden: [clean, text],
  varchar: [clean, fc.string({ unit: 'binary', minLength: 18, maxLength: 22 })],
  bounded: [
    fc.string({ unit: 'binary-ascii', minLength: 2, maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 10 }),
  ],
  indexed: [clean, fc.constantFrom('x'.repeat(2600), 'é'.repeat(1301), '😀'.repeat(651), '\0')],
  uuid: [
    fc.uuid(),
    fc.oneof(
      fc.uuid().map((id) => id.toUpperCase()),
      fc.constant('x'),
      text,
    ),
  ],
  int: [fc.maxSafeInteger(), number],
  int32: [fc.integer(), fc.oneof(number, fc.constantFrom(2 ** 31, -(2 ** 31) - 1, 2 ** 31 - 1))],
  ranged: [fc.integer({ min: -5, max: 100 }), fc.integer({ min: -8, max: 103 })],
  double: [number, fc.oneof(number, fc.constantFrom('1', 'NaN'))],
  big: [int64, fc.oneof(anyDigits, fc.constantFrom('01', '-0', '1.0', '', '+1', 1))],
  flag: [fc.boolean(), fc.constantFrom('true', 1, 0)],
  instant: [instant, anyInstant],
  isoInstant: [instant, anyInstant],
  isoDate: [instant.map((date) => date.slice(0, 10)), anyInstant.map((date) => date.slice(0, 10))],
  isoTime: [anyTime, fc.oneof(anyTime, fc.constantFrom('12:30', '24:00', '1:00', '12'))],
  choice: [fc.constantFrom('low', 'high', "it's"), fc.constantFrom('LOW', '', 'its', 0)],
  literal: [fc.constantFrom('a', 'b'), fc.constantFrom('c', ['a'])],
  list: [fc.array(clean, { maxLength: 4 }), fc.array(fc.oneof(text, number), { maxLength: 4 })],
  set: [fc.array(int64, { maxLength: 4 }), fc.array(anyDigits, { maxLength: 4 })],
  object: [
    fc.record({
      name: clean,
      at: fc.option(instant),
      big: fc.option(anyDigits),
      inner: fc.option(fc.record({ n: fc.double({ noNaN: true, noDefaultInfinity: true }) })),
    }),
    fc.record({ name: text, at: anyInstant, big: anyDigits, more: json }),
  ],
  record: [fc.dictionary(clean, json, { maxKeys: 3 }), fc.dictionary(text, json, { maxKeys: 3 })],
  union: [fc.oneof(clean, number), json],
  dates: [fc.array(instant, { maxLength: 3 }), fc.array(anyInstant, { maxLength: 3 })],
  bigs: [fc.dictionary(clean, anyDigits, { maxKeys: 3 }), fc.dictionary(text, json)],
  json: [json, fc.oneof(json, text)],
  textDefault: [clean, fc.oneof(text, fc.constant(null))],
  intDefault: [fc.maxSafeInteger(), fc.oneof(number, fc.constant(null))],
  flagDefault: [fc.boolean(), fc.constant(null)],
  choiceDefault: [fc.constantFrom('x', 'y'), fc.constantFrom('z', null)],
  listDefault: [fc.array(clean, { maxLength: 3 }), fc.constantFrom(null, 'x', {})],
  instantDefault: [instant, fc.oneof(anyInstant, fc.constant(null))],
}
const nullable = (column: string): boolean => !column.endsWith('Default')

const valueOf = (column: string, [fits, nearly]: readonly [Value, Value]): Value =>
  fc.oneof(
    { weight: 24, arbitrary: fits },
    { weight: 2, arbitrary: nearly },
    ...(nullable(column) ? [{ weight: 2, arbitrary: fc.constant(null) }] : []),
  )

/** Bodies with some of the columns, and sometimes an unknown field. */
export const randomBodies: fc.Arbitrary<Record<string, unknown>> = fc
  .subarray(Object.keys(columns), { minLength: 1, maxLength: 6 })
  .chain((names) =>
    fc.record(
      Object.fromEntries(names.map((name) => [name, valueOf(name, columns[name]!)] as const)),
    ),
  )
  .chain((body) =>
    fc.oneof(
      { weight: 30, arbitrary: fc.constant(body) },
      fc
        .constantFrom('id', 'userId', 'createdAt', 'unheardOf')
        .map((name) => ({ ...body, [name]: 1 })),
    ),
  )
