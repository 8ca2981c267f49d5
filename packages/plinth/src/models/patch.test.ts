import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app, createLogger, form, patch, router } from '../index.ts'

const Item = z.object({
  name: z.string(),
  tax: z.number().default(10.5),
  tags: z.array(z.string()).prefault(['new']),
  note: z.string().nullable().default('none'),
  at: z.date().optional().default(new Date(0)),
})

describe('patch()', () => {
  it('takes any of the fields, and fills in no default', () => {
    const change = patch(Item)
    expect(change.parse({ name: 'Pen' })).toEqual({ name: 'Pen' })
    expect(change.parse({ tax: 20.2, note: null })).toEqual({ tax: 20.2, note: null })
    expect({
      name: 'Pen',
      tax: 20.2,
      ...change.parse({ name: 'Ink' }),
    }).toEqual({
      name: 'Ink',
      tax: 20.2,
    })
  })
  it('needs at least one field, and valid values', () => {
    expect(patch(Item).safeParse({}).success).toBe(false)
    expect(patch(Item).safeParse({ tax: 'x' }).success).toBe(false)
  })
  it('is as strict as its object', () => {
    expect(patch(z.strictObject(Item.shape)).safeParse({ name: 'a', b: 1 }).success).toBe(false)
    expect(patch(z.looseObject(Item.shape)).parse({ b: 1, name: 'a' })).toEqual({ b: 1, name: 'a' })
    expect(patch(Item).parse({ b: 1, name: 'a' })).toEqual({ name: 'a' })
  })
  it('leaves the object as it is', () => {
    patch(Item)
    expect(Item.parse({ name: 'a' }).tax).toBe(10.5)
  })
  it('has the types of its fields', () => {
    const change: { name?: string | undefined; tax?: number | undefined } = patch(Item).parse({
      name: 'a',
    })
    expect(change.name).toBe('a')
  })
})

/** The warnings of an app with one PATCH route. */
async function warningsFor(body: z.core.$ZodType): Promise<string[]> {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  const update = router('/items').patch('/:id', { body }, () => null)
  const log = createLogger({ level: 'warn', format: 'json', destination })
  await app({ title: 'Items', log, routes: { items: { update } } }).start()
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
}

describe('a PATCH body that fills in defaults', () => {
  const warning =
    'PATCH /items/:id: its body fills in the default of "tax", "tags", "note", "at", which overwrites what is stored. Use patch(schema)'
  it('is a warning at startup', async () => {
    for (const body of [Item, Item.partial(), Item.partial().optional(), form(Item.shape)])
      expect(await warningsFor(body)).toEqual([warning])
  })
  it('is not one if it is a patch, or has no defaults', async () => {
    for (const body of [patch(Item), z.object({ a: z.int().optional() }), z.array(Item)])
      expect(await warningsFor(body)).toEqual([])
  })
})
