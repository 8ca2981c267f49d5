import { expect, it } from 'vitest'
import { call, chain, entry, list, object, print } from './layout.ts'

const long = (name: string): string => `${name}: ${JSON.stringify(name.repeat(12))}`

it('keeps on one line what fits', () => {
  expect(print(entry('id', call('field', 'z.uuid()', object(['primaryKey: true']))), '  ', 1)).toBe(
    'id: field(z.uuid(), { primaryKey: true })',
  )
})

it('breaks the last object of a call first, and its arguments if that does not help', () => {
  const options = object([long('default'), long('column')])
  expect(print(call('field', 'z.uuid()', options))).toBe(
    `field(z.uuid(), {\n  ${long('default')},\n  ${long('column')},\n})`,
  )
  const schema = call('z.enum', list(Array.from({ length: 12 }, (_, at) => `'value ${at}'`)))
  expect(print(call('field', schema, object(['index: true'])))).toMatch(
    /^field\(\n {2}z\.enum\(\[\n {4}'value 0',\n[^]*\n {2}\]\),\n {2}\{ index: true \},\n\)$/,
  )
})

it('breaks three calls of which one has SQL', () => {
  const index = call('index', "'name'")
  expect(print(chain(index, call('.on', 't.name')))).toBe("index('name').on(t.name)")
  expect(print(chain(index, call('.on', 't.name'), call('.where', 'sql`true`')), '  ')).toBe(
    "index('name')\n    .on(t.name)\n    .where(sql`true`)",
  )
})
