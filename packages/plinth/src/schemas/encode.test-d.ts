import { expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { base64 } from './base64.ts'
import { duration } from './duration.ts'
import { encode } from './encode.ts'
import { timeOfDay } from './time-of-day.ts'
import { createdAt, field, id, model, type Row } from '../index.ts'

const Task = model('encode_types', {
  id: id(),
  takes: duration(),
  at: timeOfDay().nullable(),
  hash: base64(),
  secret: field(z.string(), { hidden: true }),
  createdAt: createdAt(),
})

it('encode() takes a row, and gives the types of the wire', () => {
  const row = {} as Row<typeof Task>
  expectTypeOf(row.takes).toEqualTypeOf<number>()
  expectTypeOf(row.at).toEqualTypeOf<number | null>()
  expectTypeOf(row.hash).toEqualTypeOf<Uint8Array<ArrayBuffer>>()
  expectTypeOf(encode(Task, row)).toEqualTypeOf<{
    id: string
    takes: string
    at: string | null
    hash: string
    createdAt: string
  }>()
  // @ts-expect-error …is not assignable to parameter of type 'Date'
  encode(z.date(), 'today')
})
