// An app with one model of every column type, and routes with every kind of input.
import { and, eq, sql } from 'drizzle-orm'
import * as z from 'zod'
import {
  app,
  betterAuth,
  cookie,
  createdAt,
  createLogger,
  dependency,
  field,
  file,
  form,
  header,
  HttpError,
  id,
  jsonLines,
  model,
  notFound,
  one,
  owner,
  query,
  router,
  sse,
  transaction,
  updatedAt,
  type Database,
} from 'plinth'

/** Signs the tokens of this app. */
export const secret = 'c7d0c1e2a9b84f6f9a53d2e7b1f04c68'

const Nested = z.object({
  name: z.string(),
  at: z.date().nullable(),
  big: z.bigint().nullable(),
  inner: z.object({ n: z.number() }).nullable(),
})

/** All column types, with null, with defaults, and with fields that callers cannot write. */
export const Everything = model('everything', {
  id: id(),
  userId: owner(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  role: field(z.string(), { readonly: true, default: sql`'member'` }),
  hidden: field(z.string().nullable(), { hidden: true }),
  code: field(z.string().max(40).nullable(), { immutable: true }),
  text: z.string().nullable(),
  varchar: z.string().max(20).nullable(),
  bounded: z.string().min(2).max(8).nullable(),
  indexed: field(z.string().nullable(), { index: true }),
  email: z.email().nullable(),
  uuid: z.uuid().nullable(),
  int: z.int().nullable(),
  int32: z.int32().nullable(),
  ranged: z.int().min(-5).max(100).nullable(),
  double: z.number().nullable(),
  big: z.bigint().nullable(),
  flag: z.boolean().nullable(),
  instant: z.date().nullable(),
  isoInstant: z.iso.datetime({ offset: true }).nullable(),
  isoDate: z.iso.date().nullable(),
  isoTime: z.iso.time().nullable(),
  choice: z.enum(['low', 'high', "it's"]).nullable(),
  literal: z.literal(['a', 'b']).nullable(),
  list: z.array(z.string()).nullable(),
  set: z.set(z.bigint()).nullable(),
  object: Nested.nullable(),
  record: z.record(z.string(), z.json()).nullable(),
  union: z.union([z.number(), z.string()]).nullable(),
  dates: z.array(z.date()).nullable(),
  bigs: z.record(z.string(), z.bigint()).nullable(),
  json: z.json(),
  textDefault: z.string().default('none'),
  intDefault: z.int().default(7),
  flagDefault: z.boolean().default(false),
  choiceDefault: z.enum(['x', 'y']).default('x'),
  listDefault: z.array(z.string()).default([]),
  instantDefault: z.date().default(() => new Date(0)),
})

/**
 * The inputs of query strings and paths, as a user would write them.
 *
 * They have no limits of the column.
 */
export const filters = {
  text: z.string(),
  varchar: z.string(),
  uuid: z.uuid(),
  int: z.int(),
  int32: z.int(),
  ranged: z.int(),
  double: z.number(),
  big: z.bigint(),
  flag: z.boolean(),
  instant: z.date(),
  isoInstant: z.iso.datetime({ offset: true }),
  isoDate: z.iso.date(),
  isoTime: z.iso.time(),
  choice: z.enum(['low', 'high', "it's"]),
  literal: z.literal(['a', 'b']),
} as const
export type Filter = keyof typeof filters

const like = (values: Readonly<Record<string, unknown>>) =>
  and(
    ...Object.entries(values).map(([name, value]) =>
      eq(Everything[name as 'text'], value as string),
    ),
  )

/** The routes of items, which use the database. */
function itemRoutes(db: Database) {
  const session = dependency(() => transaction(db))
  const items = router('/items', { dependencies: { db: session }, errors: [404] })
  const byId = { params: z.object({ id: z.uuid() }), response: Everything }
  return {
    create: items.post(
      '/',
      { body: Everything.$create, response: Everything, status: 201 },
      ({ db, body }) =>
        one(
          db
            .insert(Everything)
            .values({ ...body, userId: 'ann' })
            .returning(),
        ),
    ),
    list: items.get(
      '/',
      {
        query: z
          .object(filters)
          .partial()
          .extend({ list: z.array(z.string()).optional() }),
        response: z.array(Everything),
      },
      ({ db, query: asked }) => db.select().from(Everything).where(like(asked)),
    ),
    listAsModel: items.get(
      '/as-model',
      { query: Everything.$update, response: z.array(Everything) },
      ({ db, query: asked }) => db.select().from(Everything).where(like(asked)),
    ),
    page: items.get(
      '/page',
      {
        query: z.object({ limit: z.int().default(10), offset: z.int().default(0) }),
        response: z.array(Everything),
      },
      ({ db, query: { limit, offset } }) =>
        db.select().from(Everything).limit(limit).offset(offset),
    ),
    read: items.get('/:id', byId, ({ db, params }) =>
      one(db.select().from(Everything).where(eq(Everything.id, params.id))),
    ),
    patch: items.patch('/:id', { ...byId, body: Everything.$update }, ({ db, params, body }) =>
      one(db.update(Everything).set(body).where(eq(Everything.id, params.id)).returning()),
    ),
  }
}

/** A route for each type of path parameter. */
function pathRoutes(db: Database) {
  const by = router('/by')
  return Object.fromEntries(
    Object.entries(filters).map(([name, schema]) => [
      `by${name}`,
      by.get(
        `/${name}/:value`,
        { params: z.object({ value: schema as z.ZodString }), response: z.array(Everything) },
        ({ params }) =>
          db
            .select()
            .from(Everything)
            .where(like({ [name]: params.value })),
      ),
    ]),
  )
}

const Echo = z.object({ value: z.json() })

/** Echo routes, which do not use the database. */
function echoRoutes() {
  const echo = router('/echo')
  const text = { query: z.object({ text: z.string() }) }
  const upload = form({
    caption: z.string().max(100),
    count: z.int(),
    ratio: z.number().default(1),
    tags: z.array(z.string()).default([]),
    image: file({ maxSize: 1000 }),
  })
  return {
    json: echo.post('/json', { body: z.json(), response: Echo }, ({ body }) => ({ value: body })),
    record: echo.post(
      '/record',
      { body: z.record(z.string(), z.json()), response: Echo },
      ({ body }) => ({ value: body }),
    ),
    numbers: echo.post('/numbers', { body: z.array(z.string()), response: Echo }, ({ body }) => ({
      value: body,
    })),
    strict: echo.post(
      '/strict',
      {
        body: z.strictObject({
          name: z.string(),
          inner: z.strictObject({ n: z.int() }).optional(),
        }),
        response: Echo,
      },
      ({ body }) => ({ value: body as z.core.util.JSONType }),
    ),
    tiny: echo.post('/tiny', { body: z.json(), response: Echo, maxBody: 20 }, ({ body }) => ({
      value: body,
    })),
    large: echo.post(
      '/large',
      { body: z.record(z.string(), z.json()), maxBody: 32 * 1_048_576 },
      ({ body }) => ({ keys: Object.keys(body).length }),
    ),
    optional: echo.post('/optional', { body: z.json().optional() }, ({ body }) => ({
      value: body ?? 'nothing',
    })),
    urlencoded: echo.post(
      '/urlencoded',
      { body: form({ name: z.string(), n: z.number().optional() }), response: Echo },
      ({ body }) => ({ value: body as z.core.util.JSONType }),
    ),
    upload: echo.post('/upload', { body: upload }, async ({ body }) => ({
      ...body,
      image: { name: body.image.name, text: await body.image.text() },
    })),
    open: echo.get(
      '/open',
      { query: z.looseObject({ a: z.string().optional() }) },
      ({ query }) => ({
        value: query,
      }),
    ),
    inputs: echo.get(
      '/inputs',
      {
        dependencies: {
          xText: header(z.string().optional()),
          xCount: header(z.int().optional()),
          theme: cookie(z.string().optional()),
          visits: cookie(z.int().optional()),
          tags: query(z.array(z.string()).default([])),
          single: query(z.string().optional()),
          number: query(z.number().optional()),
        },
      },
      ({ xText, xCount, theme, visits, tags, single, number }) => ({
        xText,
        xCount,
        theme,
        visits,
        tags,
        single,
        number,
      }),
    ),
    path: echo.get('/path/:text', { response: Echo }, ({ params }) => ({ value: params.text })),
    headers: echo.get('/headers', text, ({ query: { text }, reply }) => {
      reply.header('link', `<${text}>; rel="next"`)
      reply.header('content-disposition', `attachment; filename="${text}"`)
      reply.header('location', text)
      return null
    }),
    setCookie: echo.get('/set-cookie', text, ({ query: { text }, reply }) => {
      reply.cookie('theme', text)
      return null
    }),
    problem: echo.get('/problem', text, ({ query: { text } }) => {
      throw new HttpError(409, text, { extensions: { text }, headers: { 'x-text': text } })
    }),
    lines: echo.get('/lines', { ...text, response: jsonLines(Echo) }, async function* ({ query }) {
      yield { value: query.text }
      yield { value: query.text }
    }),
    events: echo.get('/events', { ...text, response: sse(Echo) }, async function* ({ query }) {
      yield { value: query.text }
    }),
    missing: echo.get('/missing', {}, () => {
      throw notFound()
    }),
  }
}

function meRoutes() {
  const me = router('/me', { dependencies: { user: betterAuth({ secret }) } })
  return { read: me.get('/', {}, ({ user }) => user) }
}

/** Makes the app on a database. Logged errors are added to the list. */
export const everythingApp = (db: Database, errors: string[] = []) =>
  app({
    title: 'Everything',
    routes: { items: itemRoutes(db), by: pathRoutes(db), echo: echoRoutes(), me: meRoutes() },
    log: createLogger({
      level: 'warn',
      format: 'json',
      destination: { write: (line) => errors.push(line) },
    }),
  })
