import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  cookie,
  dependency,
  form,
  header,
  id,
  insert,
  listing,
  model,
  one,
  router,
  type Database,
} from '../../src/index.ts'
import { testDatabase } from '../../src/testing/index.ts'

const Person = model('format_people', {
  id: id(),
  mail: z.email().max(60),
  old: z.string().email().nullable(),
  team: z.uuid().nullable(),
  mails: z.array(z.email()),
  seenAt: z.date(),
  joined: z.iso.datetime({ offset: true }).nullable(),
})
const people = listing(Person, { filter: ['mail', { seenAt: ['gte', 'lt'] }], sort: ['seenAt'] })
const given = { mails: [], old: null, team: null, joined: null, seenAt: '2026-01-01T00:00:00Z' }

const at = z.date()
const inputs = dependency(
  { inHeader: header(at.optional(), { name: 'x-at' }), inCookie: cookie(at.optional()) },
  (values) => values,
)

const appOn = (db: Database) => {
  const routes = router('/p', { dependencies: { db } })
  const list = routes.get('/', { query: people.query, response: people.response }, (context) =>
    people.run(context),
  )
  const create = routes.post(
    '/',
    { body: Person.$create, response: Person, status: 201 },
    ({ db, body }) => one(insert(db, Person, body)),
  )
  const plain = routes.get(
    '/plain',
    { response: z.array(z.object({ mail: z.email(), team: z.uuid().nullable() })) },
    ({ db }) =>
      db.select({ mail: Person.mail, team: Person.team }).from(Person).orderBy(Person.mail),
  )
  const when = routes.post(
    '/when/:inPath',
    {
      params: z.object({ inPath: at }),
      query: z.object({ inQuery: at.optional() }),
      body: z.object({ inBody: at, joined: z.iso.datetime({ offset: true }).optional() }),
      dependencies: { inputs },
    },
    ({ params, query, body, inputs: { inHeader, inCookie } }) => ({
      ...params,
      ...query,
      ...body,
      inHeader,
      inCookie,
    }),
  )
  const fields = routes.post(
    '/form',
    { body: form({ at, text: z.string().optional() }) },
    ({ body }) => body,
  )
  const text = routes.get(
    '/text',
    { query: z.object({ a: z.string(), b: z.array(z.string()).optional() }) },
    ({ query }) => query,
  )
  return app({ title: 'People', routes: { people: { list, create, plain, when, fields, text } } })
}

let db: Database
let api: ReturnType<typeof appOn>
beforeAll(async () => {
  db = await testDatabase({ models: { Person } })
  api = appOn(db)
})
afterAll(() => db?.close())

interface Sent {
  readonly json?: object
  readonly form?: string
  readonly headers?: Record<string, string>
}
async function send(path: string, { json, form: fields, headers }: Sent = {}) {
  const type = json ? 'application/json' : 'application/x-www-form-urlencoded'
  const body = json ? JSON.stringify(json) : fields
  const request = new Request(`http://test/p${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body !== undefined && { body }),
    headers: { ...(body !== undefined && { 'content-type': type }), ...headers },
  })
  const response = await api.fetch(request)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('an email address', () => {
  it.each([
    'ann@example.com',
    'x@münchen.de',
    'jörg@example.com',
    '用户@例子.广告',
    "o'brien+tag@a.xn--p1ai",
  ])(
    'of any alphabet is accepted in a body, a filter and a handler, and comes back unchanged: %s',
    async (mail) => {
      const made = await send('', { json: { ...given, mail, old: mail, mails: [mail] } })
      expect(made).toMatchObject({ status: 201, body: { mail, old: mail, mails: [mail] } })
      const listed = await send(`?mail=${encodeURIComponent(mail)}`)
      expect(listed.body['items']).toEqual([made.body])
      expect(
        await one(insert(db, Person, { ...given, seenAt: new Date(0), mail, mails: [mail] })),
      ).toMatchObject({ mail })
    },
  )
  it.each([
    'a@localhost',
    'a..b@example.com',
    '.a@example.com',
    'a b@example.com',
    'a@x.c',
    'a@example.com\n',
    'a@[192.168.0.1]',
  ])('that no mail server would take is refused: %j', async (mail) => {
    const { status, body } = await send('', { json: { ...given, mail } })
    expect({ status, body }).toMatchObject({ status: 422, body: { errors: [{ path: ['mail'] }] } })
  })
  it('is documented as international, unless the schema has its own pattern', () => {
    const { properties } = api.openapi().components.schemas!['FormatPersonCreate'] as {
      properties: object
    }
    expect(properties).toMatchObject({
      mail: { type: 'string', format: 'idn-email', maxLength: 60 },
      old: { anyOf: [{ type: 'string', format: 'idn-email' }, { type: 'null' }] },
    })
    expect(properties).not.toHaveProperty('mail.pattern')
  })
})

it('a value that was stored before its format was declared does not fail a response', async () => {
  await db.execute(sql`delete from format_people`)
  const team = '00000000-0000-0000-0000-0000000000aa'
  await db.execute(sql`insert into format_people (mail, old, team, mails, seen_at)
    values ('nobody', 'a@localhost', ${team}, '["none"]', now())`)
  expect(await send('/plain')).toEqual({ status: 200, body: [{ mail: 'nobody', team }] })
  expect(await send('')).toMatchObject({
    status: 200,
    body: { items: [{ mail: 'nobody', old: 'a@localhost', team, mails: ['none'] }] },
  })
})

describe('an instant', () => {
  it.each([
    ['2026-01-01T10:00:00.123456+00:00', '2026-01-01T10:00:00.123Z'],
    ['2026-01-01t10:00:00z', '2026-01-01T10:00:00.000Z'],
    ['2026-01-01T10:00:00.9999999+05:30', '2026-01-01T04:30:00.999Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ])('is read alike in every part of a request, cut to milliseconds: %s', async (text, read) => {
    const encoded = encodeURIComponent(text)
    expect(
      await send(`/when/${encoded}?inQuery=${encoded}`, {
        json: { inBody: text },
        headers: { 'x-at': text, cookie: `inCookie=${encoded}` },
      }),
    ).toEqual({
      status: 200,
      body: { inPath: read, inQuery: read, inBody: read, inHeader: read, inCookie: read },
    })
    expect((await send('/form', { form: `at=${encoded}` })).body).toEqual({ at: read })
  })
  it('is cut to milliseconds where it is stored, and in filters and cursors', async () => {
    await db.execute(sql`delete from format_people`)
    for (const seenAt of [
      '2026-03-01T00:00:00.000999Z',
      '2026-03-01T00:00:00.001Z',
      '2026-03-01t00:00:00.002999+00:00',
    ])
      await send('', {
        json: { ...given, mail: 'a@example.com', seenAt, joined: '2026-03-01T00:00:00.123456Z' },
      })
    const seen: unknown[] = []
    let path: string | undefined = '?limit=1&seenAt.gte=2026-03-01t00:00:00.000999z'
    while (path !== undefined) {
      const { body }: { body: Record<string, unknown> } = await send(path)
      seen.push(
        ...(body['items'] as { seenAt: string; joined: string }[]).map(
          ({ seenAt, joined }) => `${seenAt} ${joined}`,
        ),
      )
      path = body['next'] === null ? undefined : `?limit=1&cursor=${body['next'] as string}`
    }
    expect(seen).toEqual(
      ['000', '001', '002'].map((ms) => `2026-03-01T00:00:00.${ms}Z 2026-03-01T00:00:00.123Z`),
    )
  })
  it('of z.iso.datetime() is documented with the pattern that it has', () => {
    const { properties } = api.openapi().components.schemas!['FormatPersonCreate'] as {
      properties: object
    }
    expect(properties).toHaveProperty(
      'joined.anyOf[0].pattern',
      z.toJSONSchema(z.iso.datetime({ offset: true })).pattern,
    )
  })
})

describe('a NUL character', () => {
  it.each([
    ['/text?a=%00', 'query', ['a']],
    ['/text?a=x&b=y&b=a%00b', 'query', ['b', 1]],
    ['/text?a=%00&b=%00', 'query', ['a']],
  ])('in a query is a 422 that names the parameter: %s', async (path, part, name) => {
    const { status, body } = await send(path)
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { errors: [{ in: part, path: name }] },
    })
  })
  it('in a form is a 422 that names the field', async () => {
    const { status, body } = await send('/form', { form: 'at=2026-01-01T00:00:00Z&text=%00' })
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { errors: [{ in: 'body', path: ['text'] }] },
    })
  })
  it('in a path is a 400', async () => {
    expect((await send('/when/a%00b', { json: {} })).status).toBe(400)
  })
})
