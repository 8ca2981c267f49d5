// An app whose modules export what users export: the check `user declarations` writes its types.
import { pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { defineRelations } from 'drizzle-orm'
import {
  apiKey,
  app,
  betterAuth,
  cookie,
  createdAt,
  database,
  decimal,
  deletedAt,
  dependency,
  errorType,
  event,
  field,
  file,
  form,
  fromTable,
  header,
  id,
  ifMatch,
  jsonLines,
  listing,
  model,
  one,
  owner,
  path,
  query,
  references,
  relationsOf,
  requireRole,
  requireScope,
  resource,
  router,
  settings,
  sse,
  transaction,
  updatedAt,
  version,
  withRelations,
} from 'plinth'
import { client, pages } from 'plinth/client'
import { ownedSession } from 'plinth/row-security'
import { testApp } from 'plinth/testing'
import * as z from 'zod'

export const db = database('pglite:memory')
export const session = dependency({ db }, ({ db }) => transaction(db))
export const signedIn = betterAuth({ url: 'http://localhost:3000' })
export const user = dependency(() => ({ id: 'ann' }))
export const admin = requireRole(signedIn, 'admin')
export const writer = requireScope(signedIn, 'notes:write')
export const key = apiKey('X-Key')
export const env = settings({ PORT: z.coerce.number().default(8000) })
export const Base64 = z.codec(z.base64(), z.instanceof(Uint8Array), {
  decode: (text) => Uint8Array.from(Buffer.from(text, 'base64')),
  encode: (bytes) => Buffer.from(bytes).toString('base64'),
})
export const Amount = z.codec(z.string(), z.bigint(), { decode: BigInt, encode: String })

export const Project = model('projects', { id: id(), name: z.string(), userId: owner() })
export const Note = model('notes', {
  id: id(),
  text: z.string().max(500),
  level: z.enum(['low', 'high']).default('low'),
  price: decimal({ precision: 10, scale: 2 }).nullable(),
  amount: Amount,
  secret: field(z.string(), { hidden: true, default: () => '' }),
  projectId: references(() => Project, { nullable: true }),
  version: version(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  deletedAt: deletedAt(),
  userId: owner(),
})
export const Account = fromTable(
  pgTable('account', { id: text('id').primaryKey(), at: timestamp('at').notNull() }),
)
export const relations = relationsOf({ Project, Note })
export const plain = defineRelations({ Project, Note }, (r) => ({
  Project: { notes: r.many.Note({ from: r.Project.id, to: r.Note.projectId }) },
}))
export const related = database('pglite:memory', { relations: plain })
export const ProjectWithNotes = withRelations(Project, { notes: z.array(Note) })
export const owned = ownedSession(db, user)

export const noteList = listing(Note, { search: ['text'], filter: ['level'], sort: ['createdAt'] })
export const { list, create, read, update, remove } = resource(
  router('/api/notes', { dependencies: { user, db } }),
  Note,
)
export const listed = resource(router('/api/listed', { dependencies: { user, db } }), Note, {
  listing: noteList,
  only: ['list', 'read'],
})
export const projectRoutes = resource(
  router('/api/projects', { dependencies: { user, db: session } }),
  Project,
  { except: ['remove'], handlers: { read: ({ db }) => one(db.select().from(Project)) } },
)

export const soldOut = errorType('SOLD_OUT', {
  status: 409,
  title: 'Sold out',
  data: z.object({ left: z.int(), sum: Base64 }),
})
export const page = dependency(
  {
    limit: query(z.int().default(20)),
    org: path(z.string()),
    trace: header(z.string().optional()),
  },
  (values) => values,
  { errors: [404, soldOut] },
)
export const theme = dependency({ theme: cookie(z.enum(['dark', 'light']).optional()) }, (v) => v)
export const orders = router('/:org/orders', {
  dependencies: { db, page, theme },
  errors: [soldOut],
})
export const nested = orders.router('/:id', { dependencies: { key, match: ifMatch } })
export const order = nested.get('/', { response: Note, errors: [404] }, ({ db }) =>
  one(db.select().from(Note)),
)
export const codecs = orders.post(
  '/',
  { body: z.object({ sum: Base64 }), response: z.object({ sum: Base64, n: Amount.optional() }) },
  ({ body }) => body,
)
export const upload = orders.put('/image', { body: form({ image: file() }), status: 204 }, () => {})
export const events = orders.get('/events', { response: sse(Note) }, async function* ({ db }) {
  for (const note of await db.select().from(Note)) yield event(note, { id: note.id })
})
export const lines = orders.get('/lines', { response: jsonLines(Base64) }, async function* () {
  yield new Uint8Array(1)
})
export const untyped = orders.get('/untyped', {}, async ({ db }) => db.select().from(Note))

export const api = app({
  title: 'Everything that users export',
  routes: {
    notes: { list, create, read, update, remove },
    listed,
    projects: projectRoutes,
    orders: { order, codecs, upload, events, lines, untyped },
  },
})
export const tested = testApp(api)
export const calls = client<typeof api>('http://localhost:8000')
export const all = () => pages(calls, '/api/notes')
/** An API as `plinth client` writes it, without errors of its own. */
export interface WrittenApi {
  readonly '~routes': {
    readonly method: 'get'
    readonly path: '/api/words'
    readonly '~types': {
      readonly params: {}
      readonly query: {}
      readonly headers: {}
      readonly cookies: {}
      readonly body: undefined
      readonly form: false
      readonly out: string[]
      readonly errors: { readonly status: 503 }
    }
  }
}
export const written = (token: string) => client<WrittenApi>('http://localhost:8000', { token })
export type Api = typeof api
