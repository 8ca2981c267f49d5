import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { app } from '../../app/app.ts'
import { client } from '../../client/client.ts'
import { listing } from '../../database/listing/listing.ts'
import { createdAt, field, id } from '../../models/field.ts'
import { model } from '../../models/model.ts'
import type { Row } from '../../models/model.types.ts'
import { patch } from '../../models/patch.ts'
import { router } from '../../routing/router.ts'
import { aliased } from './aliased.ts'
import { encode } from '../encode.ts'
import type { NameBy } from './naming.types.ts'

const Item = aliased(
  z.object({ itemId: z.int(), addedAt: z.date(), theNote: z.string().optional() }),
  'snake_case',
)
const Task = model(
  'tasks',
  {
    id: id(),
    taskTitle: field(z.string(), { as: 'title' }),
    secretNote: field(z.string(), { hidden: true }),
    createdAt: createdAt(),
  },
  { naming: 'snake_case' },
)
const One = model('ones', {
  id: id(),
  theName: field(z.string(), { as: 'name' }),
  other: z.string(),
})

describe('the names on the wire', () => {
  it('are those of the input, and the code has its own', () => {
    expectTypeOf<z.output<typeof Item>>().toEqualTypeOf<{
      itemId: number
      addedAt: Date
      theNote?: string | undefined
    }>()
    expectTypeOf<z.input<typeof Item>['item_id']>().toEqualTypeOf<number>()
    expectTypeOf(encode(Item, { itemId: 1, addedAt: new Date() })).toEqualTypeOf<{
      item_id: number
      added_at: string
      the_note?: string | undefined
    }>()
    expectTypeOf<z.output<(typeof Task)['$create']>>().toEqualTypeOf<{
      taskTitle: string
      secretNote: string
    }>()
    expectTypeOf<z.input<(typeof Task)['$create']>>().toEqualTypeOf<{
      title: string
      secret_note: string
    }>()
    expectTypeOf<Row<typeof Task>['taskTitle']>().toEqualTypeOf<string>()
    expectTypeOf<z.input<(typeof One)['$create']>>().toEqualTypeOf<{
      name: string
      other: string
    }>()
  })
  it('are kept by pick(), omit(), partial() and patch()', () => {
    expectTypeOf<z.input<ReturnType<typeof picked>>>().toEqualTypeOf<{ item_id: number }>()
    const partial = patch(Item)
    expectTypeOf<z.input<typeof partial>['added_at']>().toEqualTypeOf<Date | undefined>()
    const read = Task.$read.pick({ taskTitle: true })
    expectTypeOf<z.input<typeof read>>().toEqualTypeOf<{ title: string }>()
  })
  it('are those of a client', () => {
    const items = router('/items')
    const list = listing(Task, {
      filter: ['taskTitle', { createdAt: ['lt'] }],
      sort: ['-createdAt', 'taskTitle'],
    })
    const create = items.post('/', { body: Item, response: Item }, ({ body }) => body)
    const read = items.get('/', { query: list.query, response: list.response }, () => ({
      items: [],
      next: null,
    }))
    const api = app({ title: 'Items', routes: { items: { create, read } } })
    const c = client<typeof api>('')
    expectTypeOf(
      c.post('/items', { body: { item_id: 1, added_at: new Date() } }),
    ).resolves.toEqualTypeOf<{
      item_id: number
      added_at: string
      the_note?: string | undefined
    }>()
    // @ts-expect-error 'itemId' does not exist in type
    void c.post('/items', { body: { itemId: 1, added_at: new Date() } })
    const page = c.get('/items', {
      query: { title: 'x', sort: '-created_at', 'created_at.lt': new Date() },
    })
    expectTypeOf(page).resolves.toMatchTypeOf<{ items: { title: string; created_at: string }[] }>()
    // @ts-expect-error is not assignable to type
    void c.get('/items', { query: { sort: '-createdAt' } })
  })
  it('of an app are those of its rule, at every depth', () => {
    const items = router('/items')
    const Deep = z.object({
      theList: z.array(z.object({ addedAt: z.date() })),
      data: z.record(z.string(), z.int()),
    })
    const create = items.post(
      '/',
      {
        body: Deep,
        response: Deep,
        query: z.object({ sort: z.enum(['addedAt', '-addedAt']), pageSize: z.int() }),
      },
      ({ body, query }) => {
        expectTypeOf(query).toEqualTypeOf<{ sort: 'addedAt' | '-addedAt'; pageSize: number }>()
        return body
      },
    )
    const api = app({ title: 'Items', naming: 'snake_case', routes: { items: { create } } })
    const c = client<typeof api>('')
    const body = { the_list: [{ added_at: new Date() }], data: { someKey: 1 } }
    expectTypeOf(
      c.post('/items', { body, query: { sort: '-added_at', page_size: 1 } }),
    ).resolves.toEqualTypeOf<{
      the_list: { added_at: string }[]
      data: Record<string, number>
    }>()
    void c.post('/items', {
      // @ts-expect-error 'theList' does not exist in type
      body: { theList: [], data: {} },
      query: { sort: '-added_at', page_size: 1 },
    })
    // @ts-expect-error is not assignable to type
    app({ title: 'Items', naming: 'kebab-case', routes: {} })
  })
})

const picked = () => Item.pick({ itemId: true })

it('follows the rules letter by letter', () => {
  type Snake<K> = NameBy<K, 'snake_case'>
  expectTypeOf<Snake<'createdAt'>>().toEqualTypeOf<'created_at'>()
  expectTypeOf<Snake<'userID'>>().toEqualTypeOf<'user_id'>()
  expectTypeOf<Snake<'HTMLParser'>>().toEqualTypeOf<'html_parser'>()
  expectTypeOf<Snake<'a1B'>>().toEqualTypeOf<'a1_b'>()
  expectTypeOf<Snake<'already_snake'>>().toEqualTypeOf<'already_snake'>()
  expectTypeOf<Snake<'dueAt.lt'>>().toEqualTypeOf<'due_at.lt'>()
  expectTypeOf<Snake<'_privateName'>>().toEqualTypeOf<'_private_name'>()
  expectTypeOf<Snake<string>>().toEqualTypeOf<string>()
  type Camel<K> = NameBy<K, 'camelCase'>
  expectTypeOf<Camel<'created_at'>>().toEqualTypeOf<'createdAt'>()
  expectTypeOf<Camel<'a_b_c'>>().toEqualTypeOf<'aBC'>()
  expectTypeOf<Camel<'_private_name'>>().toEqualTypeOf<'_privateName'>()
  expectTypeOf<Camel<'a__b'>>().toEqualTypeOf<'a__b'>()
  expectTypeOf<Camel<'end_'>>().toEqualTypeOf<'end_'>()
})
