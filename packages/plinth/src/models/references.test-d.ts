import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import { field, id } from './field.ts'
import { model } from './model.ts'
import { references } from './references.ts'

const Country = model('countries', {
  code: field(z.string().length(2), { primaryKey: true }),
})
const City = model('cities', { id: id(), name: z.string(), country: references(() => Country) })

test('a reference without options is a plain field: accepted, sent, and not part of the key', () => {
  expectTypeOf<z.input<typeof City.$create>>().toEqualTypeOf<{ name: string; country: string }>()
  expectTypeOf<z.input<typeof City.$update>>().toEqualTypeOf<{
    name?: string | undefined
    country?: string | undefined
  }>()
  expectTypeOf<z.output<typeof City.$key>>().toEqualTypeOf<{ id: string }>()
})
