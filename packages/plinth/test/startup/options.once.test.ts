import { pgTable, text } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import * as plinth from '../../src/index.ts'
import { migrate } from '../../src/migrations/index.ts'
import { conformance, testDatabase } from '../../src/testing/index.ts'

const { app, database, dependency, field, id, model, router } = plinth
const db = database('pglite:memory')
const Note = model('option_notes', { id: id(), text: z.string() })
const secret = 'kM3vT9qLw8ZrY2nB6xJd4HfP7sGc5AeU'
const user = plinth.betterAuth({ secret })

// cspell:ignore corss bdoy respons ifmatch httponly

/** Options as they come from JavaScript, or from an object that was built elsewhere. */
const odd = (options: object): never => options as never

const misspelled: readonly (readonly [message: string, declare: () => unknown])[] = [
  [
    'app(): unknown option "corss". Did you mean "cors"?',
    () => app(odd({ title: 'x', routes: {}, corss: {} })),
  ],
  [
    'app(): limits: unknown option "bdoy". Did you mean "body"?',
    () => app({ title: 'x', routes: {}, limits: odd({ bdoy: 1 }) }),
  ],
  [
    'app(): docs: unknown option "url". Did you mean "ui"?',
    () => app({ title: 'x', routes: {}, docs: odd({ url: '/x' }) }),
  ],
  [
    'cors: unknown option "allow_origins". Did you mean "origins"?',
    () => app({ title: 'x', routes: {}, cors: odd({ allow_origins: ['*'] }) }),
  ],
  [
    'router "/a": unknown option "dependency". Did you mean "dependencies"?',
    () => router('/a', odd({ dependency: {} })),
  ],
  [
    'router "/b": unknown option "prefix". Expected one of: tags, dependencies, errors, catch, unknown',
    () => router('/a').router('/b', odd({ prefix: '/b' })),
  ],
  [
    'GET /a: unknown option "respons". Did you mean "response"?',
    () => router('/a').get('/', odd({ respons: Note }), () => null),
  ],
  [
    'POST /a: unknown option "response_model". Did you mean "response"?',
    () => router('/a').post('/', odd({ response_model: Note }), () => null),
  ],
  [
    'POST /a: unknown option "status_code". Did you mean "status"?',
    () => router('/a').post('/', odd({ status_code: 201 }), () => null),
  ],
  [
    'resource at "/n": unknown option "excepts". Did you mean "except"?',
    () => plinth.resource(router('/n', { dependencies: { db } }), Note, odd({ excepts: [] })),
  ],
  [
    'the dependency "clock": unknown option "scop". Did you mean "scope"?',
    () =>
      dependency(
        function clock() {
          return 1
        },
        odd({ scop: 'app' }),
      ),
  ],
  [
    'query(): unknown option "alias". Expected one of: name, deprecated',
    () => plinth.query(z.string(), odd({ alias: 'x' })),
  ],
  [
    'header(): unknown option "Name". Did you mean "name"?',
    () => plinth.header(z.string(), odd({ Name: 'x' })),
  ],
  [
    'bearer(): unknown option "require". Did you mean "required"?',
    () => plinth.bearer(odd({ require: false })),
  ],
  [
    'apiKey("x-key"): unknown option "optional". Expected one of: required, verify, description, schemeName, in, origins',
    () => plinth.apiKey('x-key', odd({ optional: true })),
  ],
  [
    'betterAuth(): unknown option "baseURL". Did you mean "url"?',
    () => plinth.betterAuth(odd({ secret, baseURL: 'http://localhost:3000' })),
  ],
  [
    'betterAuth(): sessions: unknown option "cookies". Did you mean "cookie"?',
    () =>
      plinth.betterAuth({
        secret,
        url: 'http://localhost:3000',
        sessions: odd({ db, cookies: true }),
      }),
  ],
  [
    'betterAuth(): keys: unknown option "grace". Did you mean "gracePeriod"?',
    () => plinth.betterAuth({ keys: odd({ db, grace: 1 }) }),
  ],
  [
    'requireOrganization(): unknown option "claims". Did you mean "claim"?',
    () => plinth.requireOrganization(user, odd({ claims: 'org' })),
  ],
  [
    'createToken(): unknown option "expires_in". Did you mean "expiresIn"?',
    () => plinth.createToken(secret, odd({ sub: 'ann', expires_in: 60 })),
  ],
  [
    'database(): unknown option "maxConnections". Did you mean "max"?',
    () => database('pglite:memory', odd({ maxConnections: 3 })),
  ],
  [
    'listing of "option_notes": unknown option "filters". Did you mean "filter"?',
    () => plinth.listing(Note, odd({ filters: ['text'] })),
  ],
  [
    'listing of "option_notes": limit: unknown option "maximum". Did you mean "max"?',
    () => plinth.listing(Note, { limit: odd({ maximum: 3 }) }),
  ],
  [
    'model "option_a": unknown option "names". Did you mean "name"?',
    () => model('option_a', { id: id() }, odd({ names: 'A' })),
  ],
  [
    'model "option_b", field "text": unknown option "uniq". Did you mean "unique"?',
    () => model('option_b', { id: id(), text: field(z.string(), odd({ uniq: true })) }),
  ],
  [
    'model "option_c", field "noteId": unknown option "on_delete". Did you mean "onDelete"?',
    () =>
      model('option_c', {
        id: id(),
        noteId: plinth.references(() => Note, odd({ on_delete: 'cascade' })),
      }),
  ],
  [
    'fromTable() of "option_d": unknown option "hide". Did you mean "hidden"?',
    () => plinth.fromTable(pgTable('option_d', { id: text().primaryKey() }), odd({ hide: ['id'] })),
  ],
  [
    'withRelations of "option_notes", relation "tags": unknown option "order". Did you mean "orderBy"?',
    () => plinth.withRelations(Note, { tags: odd({ schema: z.array(Note), order: {} }) }),
  ],
  [
    'decimal(): unknown option "digits". Expected one of: precision, scale, min, max',
    () => plinth.decimal(odd({ precision: 3, scale: 1, digits: 2 })),
  ],
  [
    'file(): unknown option "maxsize". Did you mean "maxSize"?',
    () => plinth.file(odd({ maxsize: 3 })),
  ],
  [
    'errorType("GONE"): unknown option "statusCode". Did you mean "status"?',
    () => plinth.errorType('GONE', odd({ statusCode: 410, title: 'Gone' })),
  ],
  [
    'settings(): unknown option "file". Did you mean "files"?',
    () => plinth.settings({}, odd({ file: '.env.test' })),
  ],
  [
    'createLogger(): unknown option "levels". Did you mean "level"?',
    () => plinth.createLogger(odd({ levels: 'warn' })),
  ],
  [
    'serve(): unknown option "host". Did you mean "hostname"?',
    () => plinth.serve(app({ title: 'x', routes: {} }), odd({ host: '::' })),
  ],
  [
    'serve(): limits: unknown option "largest". Expected one of: body,',
    () => plinth.serve(app({ title: 'x', routes: {} }), { limits: odd({ largest: 1 }) }),
  ],
  [
    'one(): unknown option "ifmatch". Did you mean "ifMatch"?',
    () => plinth.one(Promise.resolve([1]), odd({ ifmatch: 3 })),
  ],
  [
    'transaction(): unknown option "isolation". Did you mean "isolationLevel"?',
    () => plinth.transaction(db, odd({ isolation: 'serializable' })).next(),
  ],
  ['migrate(): unknown option "in". Expected one of: folder,', () => migrate(db, odd({ in: 'x' }))],
  [
    'testDatabase(): unknown option "model". Did you mean "models"?',
    () => testDatabase(odd({ model: {} })),
  ],
  [
    'conformance(): unknown option "run". Did you mean "runs"?',
    () => conformance(app({ title: 'x', routes: {} }), odd({ run: 1 })),
  ],
]

/** The error of a declaration, thrown at once or by its promise. */
async function errorOf(declare: () => unknown): Promise<unknown> {
  try {
    await declare()
  } catch (error) {
    return error
  }
  return undefined
}

describe('an option that does not exist', () => {
  it.each(misspelled)('is refused: %s', async (message, declare) => {
    expect(await errorOf(declare)).toMatchObject({
      code: 'PLINTH_OPTION_UNKNOWN',
      message: expect.stringContaining(message),
    })
  })

  it('is refused whatever its name is', () => {
    for (const name of ['__proto__', 'constructor', 'toString', '', 'ö'.repeat(500)])
      expect(() => router('/a', odd(JSON.parse(`{${JSON.stringify(name)}:1}`)))).toThrow(
        `router "/a": unknown option "${name}"`,
      )
  })

  it('is refused where the options are not an object', () => {
    for (const options of ['tags', 3, true, null, ['tags'], () => ({})])
      expect(() => router('/a', options as never)).toThrow(
        'router "/a": its options must be an object: { tags: … }',
      )
  })
})

describe('a route that cannot do what it declares', () => {
  const routes = router('/a')
  it.each([
    [
      "GET /a/:id: the handler is the third argument, after the options: write .get('/:id', {}, ({ params }) => …)",
      () =>
        routes.get(
          '/:id',
          odd(() => 1),
          undefined as never,
        ),
    ],
    [
      "POST /a: it has no handler: write .post('/', { … }, ({ params }) => …)",
      () => routes.post('/', { response: Note }, undefined as never),
    ],
    [
      'GET /a: a GET request has no body: declare the values with query: z.object({ … }), or the route with .post()',
      () => routes.get('/', { body: z.object({ a: z.string() }) }, () => 1),
    ],
    [
      'DELETE /a: a 204 response has no body: remove response, or set another status',
      () => routes.delete('/', { status: 204, response: Note }, (() => null) as never),
    ],
  ])('is refused: %s', (message, declare) => {
    expect(declare).toThrow(expect.objectContaining({ code: 'PLINTH_ROUTE_INVALID', message }))
  })

  it.each([
    ['a needs without a factory', () => dependency({ db }, undefined as never)],
    ['options in place of a factory', () => dependency({ db }, { scope: 'app' } as never)],
    ['nothing', () => dependency({} as never, undefined as never)],
  ])('is refused: a dependency with %s', (_, declare) => {
    expect(declare).toThrow('dependency() needs a factory: write dependency(')
  })
})

it('an option of a cookie that does not exist fails the response', async () => {
  const set = router('/a').get('/', {}, ({ reply }) => {
    reply.cookie('sid', 'x', odd({ httponly: true }))
  })
  const api = app({ title: 'x', routes: { set: { set } } })
  expect((await api.fetch(new Request('http://test/a'))).status).toBe(500)
})
