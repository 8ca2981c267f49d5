import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createdAt, field, id, model, owner } from '../index.ts'
import { duration } from './duration.ts'
import { encode } from './encode.ts'

const Task = model('encode_tasks', {
  id: id(),
  title: z.string(),
  size: z.bigint(),
  takes: duration().nullable(),
  secret: field(z.string(), { hidden: true }),
  createdAt: createdAt(),
  userId: owner(),
})
const row = {
  id: '0b54a1b4-3c4c-4a80-a9ac-b5b3c1cf47f8',
  title: 'Write',
  size: 10n ** 18n,
  takes: 90_000,
  secret: 'never sent',
  createdAt: new Date(0),
  userId: 'ann',
}

describe('encode()', () => {
  it('gives the wire form of a row: no hidden field, and text for dates, bigints and codecs', () => {
    expect(encode(Task, row)).toEqual({
      id: row.id,
      title: 'Write',
      size: '1000000000000000000',
      takes: 'PT1M30S',
      createdAt: '1970-01-01T00:00:00.000Z',
      userId: 'ann',
    })
  })
  it('gives plain JSON for lists and sets, and fills in defaults', () => {
    const schema = z.array(z.object({ ids: z.set(z.int()), state: z.string().default('new') }))
    const sent = encode(schema, [{ ids: new Set([1, 2]) }])
    expect(sent).toEqual([{ ids: [1, 2], state: 'new' }])
    expect(JSON.parse(JSON.stringify(sent))).toEqual(sent)
  })
  it('throws for a value that the schema does not allow, and names the field but not the value', () => {
    const wrong = { ...row, createdAt: 'last Tuesday' as unknown as Date }
    expect(() => encode(Task, wrong)).toThrow(
      expect.objectContaining({
        code: 'PLINTH_RESPONSE_INVALID',
        message: expect.stringMatching(/createdAt: Invalid input(?!.*Tuesday)/),
      }),
    )
  })
})
