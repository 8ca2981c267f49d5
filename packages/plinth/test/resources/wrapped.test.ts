// A resource whose rows and bodies are below a name, and rows with polymorphic JSON.
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  type Database,
  insert,
  listing,
  model,
  one,
  resource,
  router,
  serialId,
  version,
} from 'plinth'
import { client } from 'plinth/client'
import { conformance, testDatabase } from 'plinth/testing'

const Text = z.object({ type: z.literal('text'), text: z.string() }).meta({ id: 'TextBlock' })
const Image = z
  .object({ type: z.enum(['png', 'jpeg']), takenAt: z.date(), width: z.int().default(100) })
  .meta({ id: 'ImageBlock' })
const Block = z.discriminatedUnion('type', [Text, Image])
const Article = model('articles', {
  id: serialId(),
  title: z.string().max(50),
  lead: Block,
  version: version(),
})

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Article } })
})
afterAll(() => db?.close())

const make = () => {
  const articles = resource(router('/articles'), Article, {
    db,
    wrap: 'article',
    only: ['list', 'create', 'read', 'replace', 'update', 'remove'],
    listing: listing(Article, { offset: { items: 'articles', total: 'articlesCount' } }),
  })
  const custom = resource(router('/custom'), Article, {
    db,
    wrap: 'article',
    only: ['create'],
    handlers: {
      create: async ({ body }) => ({
        article: await one(insert(db, Article, { ...body.article, title: 'custom' })),
      }),
    },
  })
  return app({ title: 'Wrapped', routes: { articles, custom } })
}
const setUp = () => {
  const api = make()
  const fetch = (request: Request) => api.fetch(request)
  return { api, fetch, c: client<typeof api>('http://test', { fetch }) }
}
const lead = { type: 'text', text: 'Hello' } as const

describe('a resource with wrap', () => {
  it('takes and sends every row below the name', async () => {
    const { c } = setUp()
    const { article } = await c.post('/articles', { body: { article: { title: 'a', lead } } })
    expect(article).toEqual({ id: expect.any(Number), title: 'a', lead, version: 1 })
    const params = { id: article.id }
    const changed = await c.patch('/articles/:id', { params, body: { article: { title: 'b' } } })
    expect(changed).toEqual({ article: { ...article, title: 'b', version: 2 } })
    const body = { article: { title: 'c', lead } }
    expect(await c.put('/articles/:id', { params, body })).toMatchObject({
      article: { title: 'c' },
    })
    expect(await c.get('/articles/:id', { params })).toMatchObject({ article: { version: 3 } })
    const { articles, articlesCount } = await c.get('/articles')
    expect([articles.map(({ title }) => title), articlesCount]).toEqual([['c'], 1])
    const made = await c.post('/custom', { body: { article: { title: 'x', lead } } })
    expect(made.article.title).toBe('custom')
  })

  it('has the ETag of the row, and takes If-Match', async () => {
    const { c, fetch } = setUp()
    const { article } = await c.post('/articles', { body: { article: { title: 'a', lead } } })
    const send = (init: RequestInit) =>
      fetch(new Request(`http://test/articles/${article.id}`, init))
    expect((await send({})).headers.get('etag')).toBe('"1"')
    expect((await send({ headers: { 'if-none-match': '"1"' } })).status).toBe(304)
    const headers = { 'content-type': 'application/json', 'if-match': '"7"' }
    const patch = { method: 'PATCH', headers, body: '{"article":{"title":"z"}}' }
    expect((await send(patch)).status).toBe(412)
  })

  it('refuses a body without the name, and names the fields below it', async () => {
    const { fetch } = setUp()
    const errorsOf = async (body: object) => {
      const response = await fetch(
        new Request('http://test/articles', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      )
      const { errors } = (await response.json()) as { errors: { path: string[] }[] }
      return [response.status, ...errors.map(({ path }) => path.join('.'))]
    }
    expect(await errorsOf({ title: 'a', lead })).toEqual([422, 'article', ''])
    expect(await errorsOf({ article: { title: 1, lead } })).toEqual([422, 'article.title'])
  })

  it('is documented as it is, and conformance() finds nothing', async () => {
    const { api, c } = setUp()
    const document = await (await api.fetch(new Request('http://test/openapi.json'))).json()
    expect(document).toMatchObject({
      paths: {
        '/articles': {
          post: {
            requestBody: {
              content: {
                'application/json': {
                  schema: {
                    properties: { article: { $ref: '#/components/schemas/ArticleCreate' } },
                    required: ['article'],
                  },
                },
              },
            },
          },
        },
      },
    })
    const { article } = await c.post('/articles', { body: { article: { title: 'a', lead } } })
    const { findings } = await conformance(api, { seed: 4, runs: 8, values: { id: [article.id] } })
    expect(findings).toEqual([])
  })

  it('refuses a name that is not one', () => {
    expect(() => resource(router('/a'), Article, { db, wrap: 'a b' })).toThrow(
      'resource at "/a": wrap: "a b" is not a name',
    )
  })
})

describe('a field with a discriminated union', () => {
  it('is validated by its type, and keeps dates and defaults', async () => {
    const { c } = setUp()
    const takenAt = '2026-01-02T03:04:05.000Z'
    const image = { type: 'jpeg', takenAt: new Date(takenAt) } as const
    const { article } = await c.post('/articles', {
      body: { article: { title: 'i', lead: image } },
    })
    expect(article.lead).toEqual({ type: 'jpeg', takenAt, width: 100 })
    const row = await one(db.select().from(Article).where(eq(Article.id, article.id)))
    expect(row.lead).toEqual({ ...image, width: 100 })
    // @ts-expect-error Type '"gif"' is not assignable
    const wrong = c.post('/articles', { body: { article: { title: 'i', lead: { type: 'gif' } } } })
    await expect(wrong).rejects.toThrow('lead type')
  })

  it('is documented with the discriminator and its values', async () => {
    const { api } = setUp()
    const document = (await (await api.fetch(new Request('http://test/openapi.json'))).json()) as {
      components: { schemas: Record<string, object> }
    }
    const schema = (name: string) => `#/components/schemas/${name}`
    const { ArticleCreate, Article: read } = document.components.schemas
    expect(ArticleCreate).toMatchObject({
      properties: {
        lead: {
          oneOf: [{ $ref: schema('TextBlock') }, { $ref: schema('ImageBlock') }],
          discriminator: {
            propertyName: 'type',
            mapping: {
              text: schema('TextBlock'),
              png: schema('ImageBlock'),
              jpeg: schema('ImageBlock'),
            },
          },
        },
      },
    })
    expect(read).toMatchObject({
      properties: { lead: { discriminator: { mapping: { png: schema('ImageBlockOutput') } } } },
    })
  })
})
