import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { betterAuth } from '../auth/better-auth.ts'
import { database } from '../database/database.ts'
import { transaction } from '../database/transaction.ts'
import { bearer } from '../auth/schemes/bearer.ts'
import { dependency } from '../dependencies/dependency.ts'
import { header } from '../dependencies/parameter.ts'
import { forbidden } from '../errors/http-error.ts'
import { rateLimit } from '../limits/rate-limit.ts'
import { steps } from './handle-request.ts'
import { router } from './router.ts'

const document = readFileSync(new URL('../../../../docs/lifecycle.md', import.meta.url), 'utf8')
const source = readFileSync(new URL('handle-request.ts', import.meta.url), 'utf8')

/** Number and name of each step in the document's table. */
const documented = [...document.matchAll(/^\| (\d)\. (.+?) +\|/gm)].map(([, number, name]) => ({
  number: Number(number),
  name: name!,
}))
/** A line of the drawing for each step: its name, and the statuses behind the arrow. */
const drawn = [...document.matchAll(/^ (\d) {2}(.+?)(?: ─+▶ (.+)| {4,}.+)$/gm)].map(
  ([, number, name, exits = '']) => ({
    number: Number(number),
    name: name!,
    statuses: (exits.match(/\b\d{3}\b/g) ?? []).map(Number),
  }),
)
/** Converts the name of a step to that of its function: 'Match the route' -> 'matchRoute'. */
const functionName = (name: string): string =>
  name
    .split(' ')
    .filter((word) => word !== 'the')
    .map((word, at) => (at === 0 ? word.toLowerCase() : word[0]!.toUpperCase() + word.slice(1)))
    .join('')

describe('docs/lifecycle.md and handle-request.ts', () => {
  it('have the same eight steps in the same order', () => {
    expect(documented.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(['matchRoute', ...steps.map(({ name }) => name)]).toEqual(
      documented.map(({ name }) => functionName(name)),
    )
  })

  it('give the steps the same numbers and names', () => {
    for (const { number, name } of documented)
      expect(source).toMatch(
        new RegExp(`/\\*\\* ${number}\\. ${name}[.,].*\\*/\nfunction ${functionName(name)}\\(`),
      )
  })

  it('have the steps in the order of the functions in the source', () => {
    const places = documented.map(({ name }) => source.indexOf(`\nfunction ${functionName(name)}(`))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('draw the steps in the same order, under the same names', () => {
    expect(drawn.map(({ number, name }) => `${number} ${name}`)).toEqual(
      documented.map(({ number, name }) => `${number} ${name.toLowerCase()}`),
    )
  })
})

let entered = false
const db = database('pglite:memory')
const raise = (code: string) =>
  db.execute(`do $$ begin raise exception using errcode = '${code}'; end $$`)
const enter = <T>(value: T): T => {
  entered = true
  return value
}

const inner = dependency({ token: bearer() }, ({ token }) => token)
const staff = dependency({ token: bearer() }, ({ token }) => {
  if (token !== 'staff') throw forbidden()
})
const versioned = dependency(
  { token: bearer(), version: header(z.int()) },
  ({ version }) => version,
)
const broken = dependency(() => {
  throw new Error('it cannot be made')
})
const failsToClose = dependency(function* () {
  yield 'open'
  throw new Error('it cannot be closed')
})
const session = dependency({ db }, ({ db }) => transaction(db))
const limited = rateLimit({ limit: 1, window: '1h' })

/** An app with a route for each exit. The keys of `keyed` are on a server that does not run. */
function appOf(deadUrl: string) {
  const keyed = betterAuth({ url: deadUrl })
  const to = router('/to')
  const body = z.object({ title: z.string() })
  return app({
    title: 'Exits',
    limits: { body: 64 },
    routes: {
      to: {
        plain: to.get('/plain', {}, () => enter('reached')),
        body: to.post('/body', { body }, () => enter('reached')),
        guarded: to.get('/guarded', { dependencies: { inner } }, () => enter('reached')),
        staff: to.get('/staff', { dependencies: { staff } }, () => enter('reached')),
        versioned: to.get('/versioned', { dependencies: { versioned } }, () => enter('reached')),
        keyed: to.get('/keyed', { dependencies: { keyed } }, () => enter('reached')),
        limited: to.get('/limited', { dependencies: { limited } }, () => enter('reached')),
        broken: to.get('/broken', { dependencies: { broken } }, () => enter('reached')),
        throws: to.get('/throws', {}, () => {
          throw new Error('handler')
        }),
        sql: to.get('/sql/:code', {}, ({ params }) => raise(params.code)),
        misfit: to.get('/misfit', { response: z.string().max(1) }, () => enter('too long')),
        close: to.get('/close', { dependencies: { failsToClose } }, () => enter('reached')),
        commit: to.get('/commit/:code', { dependencies: { db: session } }, async (given) => {
          await given.db.execute(`insert into late values ('${given.params.code}')`)
          return enter('reached')
        }),
      },
    },
  })
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const exp = Math.floor(Date.now() / 1000) + 60
const unverifiable = (origin: string) =>
  `${part({ alg: 'EdDSA', kid: 'k' })}.${part({ sub: 'ann', exp, iss: origin, aud: origin })}.${Buffer.alloc(64).toString('base64url')}`

interface Exit {
  readonly step: number
  readonly status: number
  readonly path: string
  readonly init?: RequestInit
}
const json = (body: string, more: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/json', ...more },
})
const token = (text: string): RequestInit => ({ headers: { authorization: `Bearer ${text}` } })
const streamed = (): RequestInit => ({
  method: 'POST',
  body: new Blob([' '.repeat(65)]).stream(),
  duplex: 'half',
  headers: { 'content-type': 'application/json' },
})
const wrongBody = json('{"title":1}')

const exits: readonly Exit[] = [
  { step: 1, status: 404, path: '/nowhere' },
  { step: 1, status: 405, path: '/to/plain', init: { method: 'POST' } },
  { step: 1, status: 413, path: '/to/body', init: json('{}', { 'content-length': '65' }) },
  { step: 1, status: 414, path: `/to/plain?${'a'.repeat(8192)}` },
  { step: 1, status: 415, path: '/to/body', init: { method: 'POST', body: 'text' } },
  { step: 2, status: 400, path: '/to/guarded', init: token('one, Bearer two') },
  { step: 2, status: 401, path: '/to/guarded' },
  { step: 2, status: 403, path: '/to/staff', init: token('guest') },
  { step: 2, status: 422, path: '/to/versioned', init: token('x') },
  { step: 2, status: 429, path: '/to/limited' },
  { step: 2, status: 503, path: '/to/keyed' },
  { step: 3, status: 400, path: '/to/body', init: json('{') },
  { step: 3, status: 413, path: '/to/body', init: streamed() },
  { step: 3, status: 422, path: '/to/body', init: wrongBody },
  { step: 4, status: 500, path: '/to/broken' },
  { step: 5, status: 500, path: '/to/throws' },
  { step: 5, status: 409, path: '/to/sql/23505' },
  { step: 5, status: 422, path: '/to/sql/23514' },
  { step: 5, status: 503, path: '/to/sql/57P03' },
  { step: 6, status: 500, path: '/to/misfit' },
  { step: 7, status: 409, path: '/to/commit/23505' },
  { step: 7, status: 422, path: '/to/commit/23514' },
  { step: 7, status: 500, path: '/to/close' },
  { step: 7, status: 503, path: '/to/commit/57P03' },
]

describe('an exit from the life of a request', () => {
  let deadUrl = ''
  let api: ReturnType<typeof appOf>

  beforeAll(async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    deadUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await new Promise((resolve) => server.close(resolve))
    api = appOf(deadUrl)
    // Uses up the rate limit.
    await api.fetch(new Request('http://test/to/limited'))
    await db.execute('create table late (code text)')
    await db.execute(
      `create function fail() returns trigger language plpgsql as $$
       begin raise exception using errcode = new.code; end $$`,
    )
    await db.execute(
      `create constraint trigger late after insert on late deferrable initially deferred
       for each row execute function fail()`,
    )
  })
  afterAll(() => db.close())

  it.each(exits)('in step $step is $status at $path', async ({ step, status, path, init }) => {
    entered = false
    const sent = path === '/to/keyed' ? token(unverifiable(deadUrl)) : init
    const response = await api.fetch(new Request(`http://test${path}`, sent))
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ status, code: expect.stringMatching(/^PLINTH_/) })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
    })
    expect(entered).toBe(step > 5)
  })

  it.each(drawn)('in step $number is drawn with its statuses', ({ number, statuses }) => {
    const tried = exits.filter(({ step }) => step === number).map(({ status }) => status)
    expect(tried.toSorted()).toEqual(statuses.toSorted())
  })
})
