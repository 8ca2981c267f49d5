// Values that the database makes: identity columns, computed columns and defaults of a field's own column.
import { sql } from 'drizzle-orm'
import { bigint, integer, serial, text, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  type Database,
  dependency,
  field,
  insert,
  listing,
  model,
  one,
  references,
  resource,
  router,
  serialId,
  update,
} from 'plinth'
import { client } from 'plinth/client'
import { conformance, testDatabase } from 'plinth/testing'

const Team = model('teams', { id: serialId(), name: z.string() })
const Hero = model('heroes', {
  id: serialId(),
  name: z.string(),
  teamId: references(() => Team, { nullable: true }),
})
const Post = model('posts', { id: serialId({ type: 'bigint' }), title: z.string() })
const Color = model('colors', { id: serialId({ type: 'smallint' }), name: z.string() })
const Comment = model('comments', { id: serialId(), postId: references(() => Post) })
const Event = model('events', {
  id: field(z.int32(), {
    primaryKey: true,
    column: (name) => integer(name).generatedAlwaysAsIdentity(),
  }),
  number: field(z.bigint(), {
    column: (name) =>
      bigint(name, { mode: 'bigint' }).generatedByDefaultAsIdentity({ startWith: 100 }),
  }),
  order: field(z.int32(), { column: (name) => serial(name) }),
  title: z.string(),
  upper: field(z.string().nullable(), {
    column: (name) => text(name).generatedAlwaysAs(sql`upper(title)`),
  }),
  slug: field(z.string(), { column: (name) => text(name).$defaultFn(() => 'made') }),
  kind: field(z.string(), { column: (name) => text(name).default('plain') }),
  at: field(z.date(), {
    column: (name) => timestamp(name, { withTimezone: true, precision: 3 }).defaultNow(),
  }),
})

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Team, Hero, Post, Color, Comment, Event } })
})
afterAll(() => db?.close())

describe('insert()', () => {
  it('does not ask for what the database makes', async () => {
    const [event] = await insert(db, Event, { title: 'a' })
    expect(event).toMatchObject({
      id: 1,
      number: 100n,
      order: 1,
      title: 'a',
      upper: 'A',
      slug: 'made',
      kind: 'plain',
      at: expect.any(Date),
    })
  })

  it('takes a value for a default, and for an identity by default', async () => {
    const given = { title: 'b', number: 7n, order: 9, slug: 'own', kind: 'rare' }
    expect(await one(insert(db, Event, given))).toMatchObject({ ...given, upper: 'B' })
  })

  it('refuses a value for an identity that is always made, and for a computed column', async () => {
    // @ts-expect-error Object literal may only specify known properties…'id'…
    expect(() => insert(db, Event, { title: 'c', id: 5 })).toThrow(
      /id: This field cannot be written/,
    )
    // @ts-expect-error Object literal may only specify known properties…'upper'…
    expect(() => insert(db, Event, { title: 'c', upper: 'X' })).toThrow(/upper/)
  })

  it('refuses to update them', async () => {
    // @ts-expect-error …
    expect(() => update(db, Event, { upper: 'X' }).where(sql`true`)).toThrow(/upper/)
  })
})

describe('a model with a serialId()', () => {
  it('counts up from 1, and is referred to by an integer', async () => {
    const team = await one(insert(db, Team, { name: 'Avengers' }))
    const hero = await one(insert(db, Hero, { name: 'Ann', teamId: team.id }))
    expect([team.id, hero.id, hero.teamId]).toEqual([1, 1, 1])
    const { rows } = await db.execute(sql`
      select table_name, column_name, data_type, is_identity, identity_generation from information_schema.columns
      where table_name in ('heroes', 'teams') and data_type = 'integer' order by 1, 2`)
    expect(rows.map((row) => Object.values(row).join(' '))).toEqual([
      'heroes id integer YES ALWAYS',
      'heroes team_id integer NO ',
      'teams id integer YES ALWAYS',
    ])
    await expect(Promise.resolve(insert(db, Hero, { name: 'Bob', teamId: 99 }))).rejects.toThrow()
  })

  it('is a resource with integer paths, filters and pages', async () => {
    const routes = router('/heroes', { dependencies: { db: dependency(() => db) } })
    const heroes = resource(routes, Hero, {
      listing: listing(Hero, { filter: ['id'], sort: ['id'] }),
    })
    const api = app({ title: 'Heroes', routes: { heroes } })
    const call = async (path: string, init?: RequestInit) => {
      const response = await api.fetch(new Request(`http://test${path}`, init))
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }
    const { status, body } = await call('/heroes', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Eve', teamId: null }),
    })
    expect([status, typeof body['id']]).toEqual([201, 'number'])
    expect((await call(`/heroes/${String(body['id'])}`)).body).toEqual(body)
    expect((await call(`/heroes?id=${String(body['id'])}`)).body).toMatchObject({ items: [body] })
    expect((await call('/heroes/abc')).status).toBe(422)
  })

  it('of the type bigint or smallint is a number, and is referred to by one', async () => {
    await db.execute(sql`alter table posts alter column id restart with 3000000000`)
    const post = await one(insert(db, Post, { title: 'many' }))
    const comment = await one(insert(db, Comment, { postId: post.id }))
    expect([post.id, comment.postId]).toEqual([3_000_000_000, 3_000_000_000])
    expect(await one(insert(db, Color, { name: 'red' }))).toEqual({ id: 1, name: 'red' })
    const { rows } = await db.execute(sql`
      select table_name, column_name, data_type, identity_generation from information_schema.columns
      where table_name in ('posts', 'colors', 'comments') and data_type <> 'text' order by 1, 2`)
    expect(rows.map((row) => Object.values(row).join(' '))).toEqual([
      'colors id smallint ALWAYS',
      'comments id integer ALWAYS',
      'comments post_id bigint ',
      'posts id bigint ALWAYS',
    ])
  })

  it('has a path that the client and the document know as an integer', async () => {
    const posts = resource(router('/posts'), Post, { db })
    const api = app({ title: 'Posts', routes: { posts } })
    const c = client<typeof api>('http://test', { fetch: (request) => api.fetch(request) })
    const { id } = await c.post('/posts', { body: { title: 'one' } })
    expect(await c.get('/posts/:id', { params: { id } })).toEqual({ id, title: 'one' })
    // @ts-expect-error Type 'string' is not assignable to type 'number'
    await expect(c.get('/posts/:id', { params: { id: 'one' } })).rejects.toThrow('422')
    const document = await (await api.fetch(new Request('http://test/openapi.json'))).json()
    expect(document).toMatchObject({
      paths: {
        '/posts/{id}': { get: { parameters: [{ name: 'id', schema: { type: 'integer' } }] } },
      },
    })
    expect((await conformance(api, { values: { cursor: [], id: [id] } })).findings).toEqual([])
  })

  it('refuses a type that does not count', () => {
    // @ts-expect-error No overload matches this call
    expect(() => serialId({ type: 'text' })).toThrow(
      'serialId(): "text" is not an integer type. Expected one of: smallint, integer, bigint',
    )
    // @ts-expect-error No overload matches this call
    expect(() => serialId({ size: 'bigint' })).toThrow('unknown option "size"')
  })

  it('never takes an id from a caller', () => {
    expect(Hero.$create.safeParse({ name: 'Ann', teamId: null, id: 1 }).success).toBe(false)
    expect(Hero.$key.parse({ id: 1 })).toEqual({ id: 1 })
    expect(Event.$create.safeParse({ title: 'a' }).success).toBe(true)
    expect(Event.$create.safeParse({ title: 'a', id: 1 }).success).toBe(false)
  })
})
