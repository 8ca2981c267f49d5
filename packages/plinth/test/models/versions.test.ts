// Optimistic locking: a caller that read an old version gets a 412, and overwrites nothing.
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  dependency,
  deletedAt,
  id,
  ifMatch,
  insert,
  model,
  one,
  remove,
  router,
  transaction,
  update,
  updatedAt,
  version,
  type Database,
} from 'plinth'
import { conformance, testDatabase } from 'plinth/testing'

const Page = model('pages', {
  id: id(),
  text: z.string(),
  data: z.object({ version: z.int() }).nullable(),
  updatedAt: updatedAt(),
  revision: version(),
})
const Plain = model('plains', { id: id(), text: z.string() })
const Soft = model('softs', {
  id: id(),
  text: z.string(),
  version: version(),
  deletedAt: deletedAt(),
})

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Page, Plain, Soft } })
})
afterAll(() => db?.close())
beforeEach(async () => {
  for (const table of [Page, Plain, Soft]) await db.delete(table)
})

const current = dependency(() => db)
const session = dependency({ db: current }, ({ db }) => transaction(db))
const pages = router('/pages', { dependencies: { db: current } })
const params = z.object({ id: z.uuid() })
const spec = { params, errors: [404] as const }
const read = pages.get('/:id', { ...spec, response: Page }, ({ db, params }) =>
  one(db.select().from(Page).where(eq(Page.id, params.id))),
)
const list = pages.get('/', { response: z.array(Page) }, ({ db }) => db.select().from(Page))
const create = pages.post(
  '/',
  { body: Page.$create, response: Page, status: 201 },
  ({ db, body }) => one(insert(db, Page, body)),
)
const change = pages.patch(
  '/:id',
  { ...spec, body: Page.$update, response: Page, dependencies: { ifMatch } },
  ({ db, params, body, ifMatch }) =>
    one(update(db, Page, body).where(eq(Page.id, params.id)), { ifMatch, message: 'No such page' }),
)
const replace = pages.put(
  '/:id',
  { ...spec, body: Page.$create, response: Page, dependencies: { ifMatch, db: session } },
  async ({ db, params, body, ifMatch }) =>
    await one(update(db, Page, body).where(eq(Page.id, params.id)), { ifMatch }),
)
const drop = pages.delete(
  '/:id',
  { ...spec, status: 204, dependencies: { ifMatch } },
  ({ db, params, ifMatch }) => one(remove(db, Page).where(eq(Page.id, params.id)), { ifMatch }),
)
const api = app({
  title: 'Pages',
  routes: { pages: { read, list, create, change, replace, drop } },
})

async function send(
  method: string,
  path: string,
  given: { body?: object; [header: string]: unknown } = {},
) {
  const { body, ...headers } = given
  const response = await api.fetch(
    new Request(`http://test.local/pages${path}`, {
      method,
      headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    }),
  )
  const text = await response.text()
  const json = (text === '' ? undefined : JSON.parse(text)) as Record<string, unknown> | undefined
  return {
    status: response.status,
    tag: response.headers.get('etag'),
    json,
    headers: response.headers,
  }
}
const made = async (): Promise<string> => (await one(insert(db, Page, { text: 'a' }))).id

describe('version()', () => {
  it('starts at 1, and grows by one at each update, also with Drizzle’s own update', async () => {
    const where = eq(Page.id, await made())
    expect(await one(update(db, Page, { text: 'b' }).where(where))).toMatchObject({ revision: 2 })
    await db.update(Page).set({ text: 'c' }).where(where)
    expect(await one(db.select().from(Page).where(where))).toMatchObject({ text: 'c', revision: 3 })
  })

  it('cannot be set by the caller', async () => {
    const page = await made()
    expect(await send('POST', '', { body: { text: 'x', revision: 7 } })).toMatchObject({
      status: 422,
    })
    expect(await send('PATCH', `/${page}`, { body: { revision: 7 } })).toMatchObject({
      status: 422,
    })
    expect(() => update(db, Page, { text: 'x', revision: 7 } as never)).toThrow(/revision/)
    expect(() => insert(db, Page, { text: 'x', revision: 7 } as never)).toThrow(/revision/)
  })
})

describe('ETag', () => {
  it('is the version of the row, on every response with one row', async () => {
    const { tag, json } = await send('POST', '', { body: { text: 'a', data: { version: 9 } } })
    expect(tag).toBe('"1"')
    expect(json).toMatchObject({ revision: 1 })
    const path = `/${json!['id'] as string}`
    expect(await send('PATCH', path, { body: { text: 'b' } })).toMatchObject({
      status: 200,
      tag: '"2"',
    })
    expect(await send('GET', path)).toMatchObject({ status: 200, tag: '"2"' })
    expect((await send('GET', '')).tag).toBeNull()
    expect((await send('GET', `/${crypto.randomUUID()}`)).tag).toBeNull()
  })

  it.each([
    ['"1"', 304],
    ['W/"1"', 304],
    ['"7", "1"', 304],
    ['*', 304],
    ['"2"', 200],
    ['1', 200],
    ['""', 200],
  ])('with If-None-Match %s returns %i', async (header, status) => {
    const path = `/${await made()}`
    const response = await send('GET', path, { 'if-none-match': header })
    expect(response).toMatchObject({ status, tag: '"1"' })
    if (status === 304) {
      expect(response.json).toBeUndefined()
      expect(response.headers.get('content-type')).toBeNull()
    }
    expect((await send('HEAD', path, { 'if-none-match': header })).status).toBe(status)
  })

  it('does not shorten the response of a change', async () => {
    const path = `/${await made()}`
    const response = await send('PATCH', path, { body: { text: 'b' }, 'if-none-match': '"2"' })
    expect(response).toMatchObject({ status: 200, json: { text: 'b' } })
  })
})

describe('If-Match', () => {
  it.each([
    ['"1"', 200],
    ['"0", "1"', 200],
    ['*', 200],
    ['"2"', 412],
    ['W/"1"', 412],
    ['"one"', 412],
    ['""', 412],
    ['"99999999999999999999"', 412],
    ['1', 422],
    ['"1', 422],
    ['"1" "2"', 422],
  ])('%s returns %i', async (header, status) => {
    const path = `/${await made()}`
    for (const method of ['PATCH', 'PUT'] as const) {
      const response = await send(method, path, { body: { text: 'b' }, 'if-match': header })
      expect(response.status).toBe(
        method === 'PUT' && status === 200 && header !== '*' ? 412 : status,
      )
    }
    const { revision } = await one(db.select().from(Page))
    expect(revision).toBe(status === 200 ? (header === '*' ? 3 : 2) : 1)
  })

  it('of an old version is a 412 with the current version', async () => {
    const path = `/${await made()}`
    await send('PATCH', path, { body: { text: 'b' } })
    expect(await send('PATCH', path, { body: { text: 'c' }, 'if-match': '"1"' })).toMatchObject({
      status: 412,
      tag: '"2"',
      json: {
        code: 'PLINTH_PRECONDITION_FAILED',
        title: 'The record has changed since you read it',
      },
    })
    expect(await send('DELETE', path, { 'if-match': '"1"' })).toMatchObject({ status: 412 })
    expect(await send('GET', path)).toMatchObject({ json: { text: 'b' } })
    expect(await send('DELETE', path, { 'if-match': '"2"' })).toMatchObject({ status: 204 })
  })

  it('for a missing row is a 404', async () => {
    const path = `/${crypto.randomUUID()}`
    for (const header of ['"1"', '*']) {
      const response = await send('PATCH', path, { body: { text: 'b' }, 'if-match': header })
      expect(response).toMatchObject({ status: 404, json: { detail: 'No such page' } })
      expect((await send('DELETE', path, { 'if-match': header })).status).toBe(404)
    }
  })

  it('works outside of requests, by number', async () => {
    const where = eq(Page.id, await made())
    const write = (revision: number) =>
      one(update(db, Page, { text: `after ${revision}` }).where(where), { ifMatch: revision })
    await write(1)
    await expect(write(1)).rejects.toMatchObject({ status: 412 })
    expect(await write(2)).toMatchObject({ revision: 3 })
  })

  it('does not find a row that was removed', async () => {
    const { id: removed } = await one(insert(db, Soft, { text: 'x' }))
    const where = eq(Soft.id, removed)
    await one(remove(db, Soft).where(where), { ifMatch: 1 })
    await expect(
      one(update(db, Soft, { text: 'y' }).where(where), { ifMatch: 2 }),
    ).rejects.toMatchObject({
      status: 404,
    })
  })

  it('is refused for models without a version, and for routes that change nothing', () => {
    const attempts = [
      () => one(update(db, Plain, { text: 'x' }).where(eq(Plain.id, 'x')), { ifMatch: 1 }),
      () => one(update(db, Plain, { text: 'x' }).where(eq(Plain.id, 'x')), { ifMatch: undefined }),
      () => one(db.select().from(Page), { ifMatch: 1 }),
    ]
    for (const attempt of attempts)
      expect(attempt).toThrow(/^ifMatch is for update\(…\) and remove\(…\) of a model with/)
  })

  it('lets exactly one of 20 writers succeed in each round', async () => {
    const path = `/${await made()}`
    for (let round = 1; round <= 10; round += 1) {
      const method = round % 2 === 0 ? 'PATCH' : 'PUT'
      const responses = await Promise.all(
        Array.from({ length: 20 }, (_, writer) =>
          send(method, path, { body: { text: `${round}: ${writer}` }, 'if-match': `"${round}"` }),
        ),
      )
      const won = responses.filter(({ status }) => status === 200)
      expect(responses.map(({ status }) => status).toSorted()).toEqual([
        200,
        ...Array(19).fill(412),
      ])
      expect(await send('GET', path)).toMatchObject({ json: won[0]!.json, tag: `"${round + 1}"` })
    }
  })
})

describe('OpenAPI', () => {
  it('describes the responses correctly, whatever is sent', async () => {
    const known = await Promise.all([made(), made()])
    const report = await conformance(api, {
      seed: 20_261_123,
      values: { id: known },
      fetch: async (request) => {
        await insert(
          db,
          Page,
          known.map((one) => ({ id: one, text: 'x' })),
        ).onConflictDoNothing()
        return await api.fetch(request)
      },
    })
    expect(report.findings).toEqual([])
    expect(report.statuses['pages.change']).toMatchObject({
      200: expect.any(Number),
      412: expect.any(Number),
    })
  })

  it('has the headers, the 304 and the 412', () => {
    const { paths, components } = api.openapi()
    const { get, patch, delete: removal } = paths['/pages/{id}']!
    const tag = { $ref: '#/components/headers/ETag' }
    expect(get!.responses['200']).toMatchObject({ headers: { ETag: tag } })
    expect(get!.responses['304']).toMatchObject({ headers: { ETag: tag } })
    expect(get!.responses['304']).not.toHaveProperty('content')
    expect(patch!.responses['200']).toMatchObject({ headers: { ETag: tag } })
    for (const operation of [patch!, removal!]) {
      expect(operation.responses).toHaveProperty('412')
      expect(operation.responses).not.toHaveProperty('304')
      expect(operation.parameters).toContainEqual(
        expect.objectContaining({ in: 'header', name: 'if-match' }),
      )
    }
    expect(paths['/pages']!['get']!.responses).not.toHaveProperty('304')
    expect(components?.['responses']).toHaveProperty('PreconditionFailed')
  })
})
