// One row with its relations: a 404 without it, or null where the response schema allows it.
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  database,
  dependency,
  id,
  model,
  one,
  references,
  relationsOf,
  router,
  withRelations,
  type Database,
} from 'plinth'
import { client } from 'plinth/client'
import { testDatabase } from 'plinth/testing'

const Team = model('teams', { id: id(), name: z.string() })
const Hero = model('heroes', { id: id(), name: z.string(), teamId: references(() => Team) })
const relations = relationsOf({ Team, Hero })
const HeroRead = withRelations(Hero, { team: Team })
const known = '0197f2a4-0000-7000-8000-000000000001'
const team = '0197f2a4-0000-7000-8000-000000000002'
const unknown = '0197f2a4-0000-7000-8000-000000000003'

let db: Database<typeof relations>
beforeAll(async () => {
  db = await testDatabase({ models: { Team, Hero }, relations })
  await db.insert(Team).values({ id: team, name: 'Blue' })
  await db.insert(Hero).values({ id: known, name: 'Ann', teamId: team })
})
afterAll(() => db?.close())

const current = dependency(() => db, { scope: 'app' })
const params = z.object({ id: z.uuid() })
const r = router('/heroes', { dependencies: { db: current } })
const spec = { params, errors: [404] as const }
const read = r.get('/:id', { ...spec, response: HeroRead }, ({ db, params }) =>
  one(db.query.Hero.findFirst({ where: { id: params.id }, with: HeroRead.$with }), 'No such hero'),
)
const untyped = r.get('/:id/untyped', spec, ({ db, params }) =>
  one(db.query.Hero.findFirst({ where: { id: params.id } })),
)
const awaited = r.get('/:id/name', spec, async ({ db, params }) => {
  const hero = await one(db.query.Hero.findFirst({ where: { id: params.id } }))
  expectTypeOf(hero).toEqualTypeOf<{ id: string; name: string; teamId: string }>()
  return hero.name
})
const maybe = r.get('/:id/maybe', { params, response: z.nullable(Hero) }, ({ db, params }) =>
  db.query.Hero.findFirst({ where: { id: params.id } }),
)
const either = r.get(
  '/:id/either',
  { params, response: z.union([Hero, z.null()]) },
  ({ db, params }) => db.query.Hero.findFirst({ where: { id: params.id } }),
)
const optional = r.get(
  '/:id/optional',
  { params, response: Hero.$read.optional() },
  ({ db, params }) => db.query.Hero.findFirst({ where: { id: params.id } }),
)
const api = app({
  title: 'Heroes',
  routes: { heroes: { read, untyped, awaited, maybe, either, optional } },
})
const c = client<typeof api>('http://test', { fetch: (request) => api.fetch(request) })
const hero = { id: known, name: 'Ann', teamId: team }

describe('one(findFirst())', () => {
  it('is the row with its relations', async () => {
    expect(await c.get('/heroes/:id', { params: { id: known } })).toEqual({
      ...hero,
      team: { id: team, name: 'Blue' },
    })
    expect(await c.get('/heroes/:id/untyped', { params: { id: known } })).toEqual(hero)
    expect(await c.get('/heroes/:id/name', { params: { id: known } })).toBe('Ann')
  })
  it('is a 404 without a row', async () => {
    const params = { id: unknown }
    expect(await c.try.get('/heroes/:id', { params })).toMatchObject({
      status: 404,
      problem: { detail: 'No such hero' },
    })
    expect(await c.try.get('/heroes/:id/untyped', { params })).toMatchObject({ status: 404 })
    expect(await c.try.get('/heroes/:id/name', { params })).toMatchObject({ status: 404 })
  })
})

it.each(['maybe', 'either', 'optional'] as const)(
  'findFirst() is the row, or null where the schema allows that: %s',
  async (path) => {
    const get = (id: string) => c.get(`/heroes/:id/${path}`, { params: { id } })
    expect(await get(known)).toEqual(hero)
    expect(await get(unknown)).toBe(null)
  },
)

it('TypeScript refuses a count, a write without rows, and a row that may not exist', () => {
  const memory = database('pglite:memory')
  // @ts-expect-error No overload matches this call…
  const count = () => one(memory.$count(Hero))
  // @ts-expect-error No overload matches this call…
  const written = () => one(memory.insert(Team).values({ name: '' }))
  const strict = () =>
    router('/x', { dependencies: { db: current } }).get('/', { response: Hero }, ({ db }) =>
      // @ts-expect-error Type … is not assignable to type '"the query may find nothing: return one(query) for a 404, or send null with response: z.nullable(…)"…
      db.query.Hero.findFirst(),
    )
  expect([count, written, strict]).toHaveLength(3)
})
