// Fields that a query computes for each caller, in rows, in their relations, and in lists.
import { defineRelations, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  computed,
  dependency,
  type Database,
  field,
  header,
  id,
  insert,
  listing,
  model,
  one,
  references,
  router,
  withRelations,
} from 'plinth'
import { conformance, testDatabase } from 'plinth/testing'

const Profile = model('profiles', { id: field(z.string(), { primaryKey: true }), name: z.string() })
const Follow = model('follows', {
  follower: field(z.string(), { primaryKey: true }),
  followed: field(z.string(), { primaryKey: true }),
})
const Article = model('articles', {
  id: id(),
  title: z.string().max(50),
  authorId: field(z.string(), { references: () => Profile.id }),
})
const Favorite = model('favorites', {
  articleId: references(() => Article, { primaryKey: true }),
  userId: field(z.string(), { primaryKey: true }),
})

interface Caller {
  caller: string | undefined
}
const ProfileView = withRelations(Profile, {
  following: computed(
    Profile,
    z.boolean(),
    (profile, { caller }: Caller) =>
      sql`exists (select 1 from ${Follow} where ${Follow.follower} = ${caller ?? null} and ${Follow.followed} = ${profile.id})`,
  ),
})
const ArticleView = withRelations(
  Article,
  {
    author: ProfileView,
    isFavorite: computed(
      Article,
      z.boolean(),
      (article, { caller }: Caller) =>
        sql`exists (select 1 from ${Favorite} where ${Favorite.articleId} = ${article.id} and ${Favorite.userId} = ${caller ?? null})`,
    ),
    favoritesCount: computed(
      Article,
      z.int(),
      (article) =>
        sql`(select count(*)::int from ${Favorite} where ${Favorite.articleId} = ${article.id})`,
    ),
  },
  'ArticleView',
)
const relations = defineRelations({ Profile, Follow, Article, Favorite }, (r) => ({
  Article: {
    author: r.one.Profile({ from: r.Article.authorId, to: r.Profile.id, optional: false }),
  },
}))

let db: Database<typeof relations>
beforeAll(async () => {
  db = await testDatabase({
    models: { Profile, Follow, Article, Favorite },
    relations,
  })
  await insert(db, Profile, [
    { id: 'ann', name: 'Ann' },
    { id: 'bob', name: 'Bob' },
  ])
  await insert(db, Follow, { follower: 'bob', followed: 'ann' })
  const [first] = await insert(db, Article, [
    { title: 'First', authorId: 'ann' },
    { title: 'Second', authorId: 'bob' },
  ])
  await insert(db, Favorite, [
    { articleId: first!.id, userId: 'bob' },
    { articleId: first!.id, userId: 'eve' },
  ])
})
afterAll(() => db?.close())

const articles = listing(ArticleView, { sort: ['title'], filter: ['title'] })
const make = () => {
  const caller = dependency({ user: header(z.string().optional()) }, ({ user }) => user)
  const routes = router('/articles', { dependencies: { db: dependency(() => db), caller } })
  const list = routes.get('/', { query: articles.query, response: articles.response }, (context) =>
    articles.run(context),
  )
  const read = routes.get(
    '/:title',
    { response: ArticleView, errors: [404] },
    ({ db, caller, params }) =>
      one(
        db.query.Article.findFirst({
          ...ArticleView.$for({ caller }),
          where: { title: params.title },
        }),
      ),
  )
  return app({ title: 'Articles', routes: { articles: { list, read } } })
}

describe('a computed field', () => {
  const api = make()
  const as = async (user: string | undefined, path = '') => {
    const headers: Record<string, string> = user === undefined ? {} : { user }
    const response = await api.fetch(new Request(`http://test/articles${path}`, { headers }))
    return response.json()
  }

  it('is computed for each caller, in a row and in its relations', async () => {
    const first = { title: 'First', favoritesCount: 2 }
    expect(await as('bob', '/First')).toMatchObject({
      ...first,
      isFavorite: true,
      author: { name: 'Ann', following: true },
    })
    expect(await as('ann', '/First')).toMatchObject({
      ...first,
      isFavorite: false,
      author: { name: 'Ann', following: false },
    })
    expect(await as(undefined, '/First')).toMatchObject({ ...first, isFavorite: false })
    expect(await as('bob', '/Third')).toMatchObject({ status: 404 })
  })
  it('is computed in a list from the context of its handler', async () => {
    expect(await as('bob')).toMatchObject({
      items: [
        { title: 'First', isFavorite: true, favoritesCount: 2, author: { following: true } },
        { title: 'Second', isFavorite: false, favoritesCount: 0, author: { following: false } },
      ],
    })
  })
  it('is documented, and conformance() finds nothing', async () => {
    expect(api.openapi().components.schemas?.['ArticleView']).toMatchObject({
      required: ['id', 'title', 'authorId', 'author', 'isFavorite', 'favoritesCount'],
    })
    expect((await conformance(api, { seed: 4, runs: 6, values: { cursor: [] } })).findings).toEqual(
      [],
    )
  })
  it('is never left out silently: $with throws, and TypeScript does not have it', () => {
    expectTypeOf(ArticleView).not.toHaveProperty('$with')
    expectTypeOf(ArticleView.$for).parameter(0).toEqualTypeOf<Caller>()
    expect(() => (ArticleView as unknown as { $with: object }).$with).toThrow('View.$for({ user })')
  })
  it('belongs to the model of its rows', () => {
    const wrong = computed(Favorite, z.int(), () => sql`1`)
    expect(() => withRelations(Article, { wrong })).toThrow('computed from rows of "favorites"')
    expect(() =>
      withRelations(Article, { title: computed(Article, z.int(), () => sql`1`) }),
    ).toThrow('a field of the model has this name')
  })
  it('may be decoded by a column', async () => {
    const Upper = withRelations(Article, {
      upper: computed(Article, z.string(), (article) =>
        sql`upper(${article.title})`.mapWith((text) => `${String(text)}!`),
      ),
    })
    const rows = await db.query.Article.findMany({
      ...Upper.$for({}),
      where: { RAW: (table) => eq(table.title, 'First') },
    })
    expect(rows).toMatchObject([{ title: 'First', upper: 'FIRST!' }])
  })
})
