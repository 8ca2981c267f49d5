// @module-tag chromium
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openBrowser } from '../../test/support/open-browser.ts'
import { serve } from '../server/serve.ts'
import { testDatabase } from '../testing/test-database.ts'
import { appOn, Note } from './client.fixture.ts'

// The page is on another origin than the API, like a frontend.
let html = ''
const frontend = createServer((request, response) => {
  if (request.url === '/moved')
    return void response.writeHead(307, { location: `${server.url}/wire/plain` }).end()
  response.setHeader('content-type', 'text/html; charset=utf-8').end(html)
})
await new Promise<void>((resolve) => frontend.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(frontend.address() as AddressInfo).port}`
const closed = vi.fn<() => void>()
const db = await testDatabase({ models: [Note] })
const api = appOn(db, {
  closed,
  cors: { origins: [origin], headers: ['authorization', 'content-type', 'x-tenant'] },
})
const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  frontend.closeAllConnections()
  frontend.close()
  await server.close()
  await db.close()
})

/** The script of the page, which runs in the browser. */
const script = `
import { client, pages, ClientError } from './client.ts'
const refusals = []
const c = client(URL_OF_API, {
  token: async (refused) => (refusals.push(refused ?? null), refused ? 'new' : 'old'),
})
const errorOf = (call) => call.then(() => 'no error', (error) => error)
const results = {}

const dueAt = new Date(5)
for (const title of ['a', 'b', 'c']) await c.post('/api/notes', { body: { title, dueAt } })
results.titles = []
for await (const note of pages(c, '/api/notes')) results.titles.push(note.title + note.dueAt)

const missing = await errorOf(c.get('/api/notes/:id', { params: { id: crypto.randomUUID() } }))
results.missing = [missing instanceof ClientError, missing.status, missing.requestId === missing.problem.requestId]

results.me = await Promise.all([1, 2, 3].map(() => c.get('/failing/me')))
results.tokens = new Set(refusals.splice(0)).size

results.tenant = await c.get('/tenant', { headers: { 'x-tenant': 7 } })
const images = [new File(['one'], '1.png')]
results.upload = await c.post('/wire/upload', { body: { caption: 'é', at: dueAt, images }, form: true })
results.fields = await c.put('/wire/fields', { body: { name: 'x', n: 1 }, form: true })

results.lines = []
for await (const line of await c.get('/streams/lines')) results.lines.push(line.n)
for await (const n of await c.get('/streams/endless')) if (n === 3) { results.left = n; break }

const leaving = new AbortController()
const stream = await c.get('/streams/endless', { signal: leaving.signal })
results.aborted = await errorOf((async () => {
  for await (const n of stream) if (n === 2) leaving.abort(new Error('left'))
})()).then((error) => error.message)
results.cut = await errorOf((async () => { for await (const _ of await c.get('/streams/cut')); })())
  .then((error) => [error.name, error.status, error.problem.code])

const query = { times: 2, status: 503, after: '0' }
results.again = await c.get('/failing/:key', { params: { key: 'browser' }, query })
results.late = await c.try.get('/failing/slow', { timeout: 50 }).then(({ problem }) => problem.code)
results.away = await client('http://127.0.0.1:1', { retries: 0 }).try.get('/x').then(({ problem }) => problem.code)
results.moved = await client(location.origin).try.get('/moved').then(({ status, problem }) => [status, problem.code])
window.results = results
`

async function pageScript(): Promise<string> {
  const entry = join(import.meta.dirname, 'browser-page.js')
  const text = script.replace('URL_OF_API', JSON.stringify(server.url))
  const built = await rolldown({
    input: entry,
    platform: 'browser',
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? text : null),
      },
    ],
  })
  const { output } = await built.generate({ format: 'es' })
  return output[0].code
}

it('in a browser, on a page of another origin, the client behaves as in Node', async () => {
  const page = await browser.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  html = `<!doctype html><link rel="icon" href="data:,"><script type="module">${await pageScript()}</script>`
  await page.goto(origin)
  const results = page.waitForFunction('window.results', undefined, { timeout: 180_000 })
  const handle = await results.catch(() => {
    throw new Error(`the page ended with ${faults.join('; ')}`)
  })
  expect(await handle.jsonValue()).toEqual({
    titles: ['a', 'b', 'c'].map((title) => `${title}1970-01-01T00:00:00.005Z`),
    missing: [true, 404, true],
    me: ['new', 'new', 'new'].map((token) => ({ token })),
    tokens: 2,
    tenant: { tenant: 7 },
    upload: { caption: 'é', at: '1970-01-01T00:00:00.005Z', images: [['1.png', 'one']] },
    fields: { name: 'x', n: 1 },
    lines: [1, 2],
    left: 3,
    aborted: 'left',
    cut: ['ClientError', 0, 'CLIENT_UNREACHABLE'],
    again: { tries: 3 },
    late: 'CLIENT_TIMEOUT',
    away: 'CLIENT_UNREACHABLE',
    moved: [300, 'HTTP_3XX'],
  })
  expect(faults).toEqual([])
  // Leaving or aborting the loop closes the connection, and the server notices. (Chromium may have retried a request on
  // a kept connection that was closed as it sent, so there may be more than two.)
  await expect.poll(() => closed.mock.calls.length).toBeGreaterThanOrEqual(2)
})
