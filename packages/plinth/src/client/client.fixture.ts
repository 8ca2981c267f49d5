import { and, asc, eq, gt } from 'drizzle-orm'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { createLogger } from '../logging/logger.ts'
import type { CorsOptions } from '../cors/cors.types.ts'
import type { Database } from '../database/database.ts'
import { one } from '../database/queries/one.ts'
import { bearer } from '../auth/schemes/bearer.ts'
import { dependency } from '../dependencies/dependency.ts'
import { header, query } from '../dependencies/parameter.ts'
import { errorType } from '../errors/error-type.ts'
import { HttpError, unauthorized } from '../errors/http-error.ts'
import { id } from '../models/field.ts'
import { model } from '../models/model.ts'
import { file, form } from '../http/form.ts'
import { router } from '../routing/router.ts'
import { event } from '../http/content/stream-events.ts'
import { jsonLines, sse } from '../http/stream.ts'

export const Note = model('notes', {
  id: id(),
  title: z.string().min(1).max(50),
  dueAt: z.date().nullable(),
  level: z.enum(['low', 'high']).default('low'),
})
const planLimit = errorType('PLAN_LIMIT', {
  status: 402,
  title: 'The plan is used up',
  data: z.object({ limit: z.int(), until: z.date() }),
})
const Row = z.object({ n: z.int(), at: z.date() })
const epoch = new Date(0)
const Id = z.object({ id: z.uuid() })

async function* rows(): AsyncGenerator<z.output<typeof Row>> {
  yield { n: 1, at: epoch }
  yield { n: 2, at: epoch }
}

/** Routes of a table. */
function notesOn(database: Database) {
  const db = dependency(() => database)
  const notes = router('/api/notes', { dependencies: { db } })
  return {
    list: notes.get(
      '/',
      {
        query: z.object({
          limit: z.int().default(2),
          cursor: z.string().optional(),
          level: z.enum(['low', 'high']).optional(),
        }),
        response: z.object({ items: z.array(Note), next: z.string().nullable() }),
      },
      async ({ db, query: { limit, cursor, level } }) => {
        const found = await db
          .select()
          .from(Note)
          .where(and(gt(Note.title, cursor ?? ''), level && eq(Note.level, level)))
          .orderBy(asc(Note.title))
          .limit(limit + 1)
        const items = found.slice(0, limit)
        return { items, next: found.length > limit ? (items.at(-1)?.title ?? null) : null }
      },
    ),
    create: notes.post(
      '/',
      { body: Note.$create, response: Note, status: 201, errors: [planLimit] },
      ({ db, body }) => {
        if (body.title === 'one too many') throw planLimit({ limit: 3, until: epoch })
        return one(db.insert(Note).values(body).returning())
      },
    ),
    read: notes.get('/:id', { params: Id, response: Note, errors: [404] }, ({ db, params }) =>
      one(db.select().from(Note).where(eq(Note.id, params.id)), 'There is no such note'),
    ),
    update: notes.patch(
      '/:id',
      { params: Id, body: Note.$update, response: Note, errors: [404] },
      ({ db, params, body }) =>
        one(db.update(Note).set(body).where(eq(Note.id, params.id)).returning()),
    ),
    remove: notes.delete('/:id', { params: Id, status: 204 }, async ({ db, params }) => {
      await db.delete(Note).where(eq(Note.id, params.id))
    }),
  }
}

const trialOver = errorType('TRIAL_OVER', { status: 402, title: 'The trial is over' })
const tenant = dependency(
  { xTenant: header(z.int()), since: header(z.date().optional(), { name: 'X-Since' }) },
  ({ xTenant, since }) => {
    if (xTenant === 0) throw trialOver()
    return { tenant: xTenant, since }
  },
  { errors: [trialOver] },
)

/** Routes whose router reads headers. */
function tenantRoutes() {
  const tenants = router('/tenant', { dependencies: { tenant }, errors: [451] })
  return { read: tenants.get('/', { errors: [404] }, ({ tenant }) => tenant) }
}

/** Routes that echo what they received. */
function wireRoutes() {
  const wire = router('/wire')
  const search = dependency(
    { page: query(z.int().default(1)), tags: query(z.array(z.string()).default([])) },
    (values) => values,
  )
  const Values = z.object({ at: z.date(), big: z.bigint(), ids: z.set(z.string()) })
  return {
    echo: wire.post('/', { body: Values, response: Values }, ({ body }) => body),
    path: wire.get('/text/:text', {}, ({ params, request }) => ({
      text: params.text,
      accept: request.headers.get('x-test'),
    })),
    rest: wire.get('/rest/:path*', {}, ({ params }) => params),
    query: wire.get(
      '/query',
      {
        query: z.object({
          at: z.date().optional(),
          big: z.bigint().optional(),
          list: z.array(z.int()).default([]),
          none: z.int().nullable().optional(),
        }),
        dependencies: { search },
      },
      ({ query, search }) => ({
        ...search,
        at: query.at?.toISOString(),
        big: String(query.big),
        list: query.list,
        none: query.none,
      }),
    ),
    upload: wire.post(
      '/upload',
      { body: form({ caption: z.string(), at: z.date(), images: z.array(file()) }) },
      async ({ body }) => ({
        caption: body.caption,
        at: body.at,
        images: await Promise.all(body.images.map(async (each) => [each.name, await each.text()])),
      }),
    ),
    avatar: wire.post('/avatar', { body: form({ file: file() }) }, ({ body }) => ({
      name: body.file.name,
    })),
    fields: wire.put(
      '/fields',
      { body: form({ name: z.string(), n: z.int() }) },
      ({ body }) => body,
    ),
  }
}

/** Routes with responses other than JSON. */
function rawRoutes() {
  const wire = router('/wire')
  return {
    plain: wire.get('/plain', {}, () => new Response('as it is')),
    bytes: wire.get('/bytes', {}, () => new Response(new Uint8Array([1, 2, 3]))),
    broken: wire.get(
      '/broken',
      {},
      () => new Response('{"n":', { headers: { 'content-type': 'application/json' } }),
    ),
    proxy: wire.get(
      '/proxy',
      {},
      () =>
        new Response('<h1>Bad gateway</h1>', {
          status: 502,
          headers: { 'content-type': 'text/html', 'retry-after': '0' },
        }),
    ),
  }
}

function streamRoutes(closed: () => void) {
  const streams = router('/streams')
  return {
    lines: streams.get('/lines', { response: jsonLines(Row) }, () => rows()),
    events: streams.get('/events', { response: sse(Row) }, async function* () {
      for await (const row of rows()) yield event(row, { id: String(row.n), event: 'row' })
    }),
    cut: streams.get('/cut', { response: jsonLines(Row) }, async function* () {
      yield { n: 1, at: epoch }
      throw new Error('in the middle')
    }),
    endless: streams.get('/endless', { response: sse(z.int()) }, async function* ({ signal }) {
      try {
        for (let n = 0; !signal.aborted; n++) {
          yield n
          await new Promise(setImmediate)
        }
      } finally {
        closed()
      }
    }),
  }
}

/** Routes that fail, and one that requires a token. */
function failingRoutes() {
  const failing = router('/failing')
  const tries = new Map<string, number>()
  const user = dependency({ token: bearer() }, ({ token }) => {
    if (token.startsWith('old')) throw unauthorized('The token is too old')
    return { token }
  })
  const count = (key: string): number => {
    const next = (tries.get(key) ?? 0) + 1
    tries.set(key, next)
    return next
  }
  const Key = z.object({ times: z.int(), status: z.int().default(503), after: z.string() })
  const respond = (key: string, { times, status, after }: z.output<typeof Key>) => {
    const made = count(key)
    if (made > times) return { tries: made }
    throw new HttpError(status, 'Not now', { headers: { 'retry-after': after } })
  }
  return {
    often: failing.get('/:key', { query: Key }, ({ params, query }) => respond(params.key, query)),
    write: failing.post('/:key', { query: Key }, ({ params, query }) => respond(params.key, query)),
    slow: failing.get('/slow', {}, async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    }),
    me: failing.get('/me', { dependencies: { user } }, ({ user }) => user),
  }
}

/** An app without a log. */
export const appOn = (
  database: Database,
  { closed = () => undefined, cors }: { closed?: () => void; cors?: CorsOptions } = {},
) =>
  app({
    title: 'Notes',
    ...(cors && { cors }),
    routes: {
      notes: notesOn(database),
      tenants: tenantRoutes(),
      wire: wireRoutes(),
      raw: rawRoutes(),
      streams: streamRoutes(closed),
      failing: failingRoutes(),
    },
    log: createLogger({ level: 'silent', format: 'json', destination: { write: () => true } }),
  })

export type Api = ReturnType<typeof appOn>
