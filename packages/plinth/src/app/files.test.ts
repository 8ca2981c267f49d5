import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import { createLogger } from '../logging/logger.ts'
import { files, type FilesOptions } from '../http/files/files.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'
import type { AppOptions } from './app.types.ts'

let root: string
let folder: string
const text = 'abcdefghij'.repeat(1000)
const old = new Date('2026-01-01T00:00:00Z')

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plinth-files-'))
  folder = join(root, 'public')
  await mkdir(join(folder, 'sub', '.hidden'), { recursive: true })
  await mkdir(join(folder, 'assets'))
  const contents: Record<string, string | Buffer> = {
    'a.txt': text,
    'a.txt.gz': gzipSync(text),
    'a.txt.br': brotliCompressSync(text),
    'stale.txt': 'new',
    'stale.txt.gz': gzipSync('old'),
    'empty.css': '',
    'ünï code.json': '{}',
    '.env': 'SECRET=1',
    'sub/.hidden/x.txt': 'hidden',
    'sub/index.html': '<h1>sub</h1>',
    'index.html': '<script type="module" src="/assets/index-D3kf8_qL.js"></script>',
    'assets/index-D3kf8_qL.js': 'run()',
    'assets/my-document.pdf': 'pdf',
    '../outside.txt': 'outside',
  }
  for (const [name, content] of Object.entries(contents))
    await writeFile(join(folder, name), content)
  await utimes(join(folder, 'a.txt'), old, old)
  await utimes(join(folder, 'stale.txt.gz'), old, old)
  await symlink('../outside.txt', join(folder, 'leak.txt'))
  await symlink('..', join(folder, 'up'))
  await symlink('a.txt', join(folder, 'alias.txt'))
})
afterAll(() => rm(root, { recursive: true }))

const log = createLogger({ level: 'silent' })
const asker =
  (options: Partial<AppOptions<Record<string, object>>>) =>
  (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    app({ title: 'Files', routes: {}, log, ...options }).fetch(
      new Request(`http://test${path}`, { method, headers }),
    )
const served = (options?: FilesOptions) => asker({ mount: { '/s': files(folder, options) } })

it('a file has its type, length, ETag and date, and a HEAD the same without a body', async () => {
  const ask = served()
  for (const method of ['GET', 'HEAD']) {
    const response = await ask('/s/a.txt', {}, method)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '10000',
      'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
      'accept-ranges': 'bytes',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      etag: expect.stringMatching(/^"[\w-]+"$/) as string,
    })
    expect(await response.text()).toBe(method === 'GET' ? text : '')
  }
  const empty = await ask('/s/empty.css')
  expect([empty.status, await empty.text()]).toEqual([200, ''])
  const coded = await ask(`/s/${encodeURIComponent('ünï code.json')}`)
  expect(await coded.json()).toEqual({})
})

it('a client that has the file gets a 304, by its ETag or by its date', async () => {
  const ask = served()
  const etag = (await ask('/s/a.txt')).headers.get('etag')!
  for (const headers of [
    { 'if-none-match': etag },
    { 'if-none-match': `"x", W/${etag}` },
    { 'if-none-match': '*' },
    { 'if-modified-since': old.toUTCString() },
  ]) {
    const response = await ask('/s/a.txt', headers)
    expect(response.status).toBe(304)
    expect(response.headers.get('etag')).toBe(etag)
    expect(await response.text()).toBe('')
  }
  const other = { 'if-none-match': '"other"', 'if-modified-since': old.toUTCString() }
  expect((await ask('/s/a.txt', other)).status).toBe(200)
})

it.each<[string, number, string | null]>([
  ['bytes=0-4', 206, 'abcde'],
  ['bytes=9998-', 206, 'ij'],
  ['bytes=-5', 206, text.slice(-5)],
  ['bytes=9990-99999', 206, 'abcdefghij'],
  ['bytes=0-4,5-9', 206, 'abcdefghij'],
  ['bytes=0-1,5-9', 200, text],
  ['lines=0-4', 200, text],
  ['bytes=nonsense', 200, text],
  ['bytes=10000-', 416, null],
])('Range: %s is a %i', async (range, status, body) => {
  const response = await served()('/s/a.txt', { range })
  expect(response.status).toBe(status)
  if (body !== null) expect(await response.text()).toBe(body)
  if (status === 206) {
    const start = range.includes('-5') && range.startsWith('bytes=-') ? 9995 : undefined
    const given = response.headers.get('content-range')
    expect(given).toMatch(/^bytes \d+-\d+\/10000$/)
    if (start !== undefined) expect(given).toBe('bytes 9995-9999/10000')
    expect(response.headers.get('content-length')).toBe(String(body?.length))
  }
  if (status === 416) expect(response.headers.get('content-range')).toBe('bytes */10000')
})

it('If-Range sends the part of an unchanged file, and the whole of a changed one', async () => {
  const ask = served()
  const etag = (await ask('/s/a.txt')).headers.get('etag')!
  const part = (condition: string) => ask('/s/a.txt', { range: 'bytes=0-1', 'if-range': condition })
  expect((await part(etag)).status).toBe(206)
  expect((await part(old.toUTCString())).status).toBe(206)
  expect((await part('"old"')).status).toBe(200)
  expect((await part(`W/${etag}`)).status).toBe(200)
  expect((await part('Wed, 31 Dec 2025 00:00:00 GMT')).status).toBe(200)
})

it('the smallest accepted file beside it is sent, unless it is older', async () => {
  const ask = served()
  const codingOf = async (path: string, accept: string) => {
    const response = await ask(path, { 'accept-encoding': accept })
    return response.headers.get('content-encoding')
  }
  expect(await codingOf('/s/a.txt', 'gzip, br, zstd')).toBe('br')
  expect(await codingOf('/s/a.txt', 'gzip')).toBe('gzip')
  expect(await codingOf('/s/a.txt', 'zstd')).toBeNull()
  expect(await codingOf('/s/a.txt', 'br;q=0.1, gzip')).toBe('gzip')
  expect(await codingOf('/s/stale.txt', 'gzip')).toBeNull()
  const packed = await ask('/s/a.txt', { 'accept-encoding': 'gzip' })
  expect(packed.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(packed.headers.get('content-length')).toBe(String(gzipSync(text).length))
  expect(packed.headers.get('etag')).not.toBe((await ask('/s/a.txt')).headers.get('etag'))
})

it.each([
  '/s/.env',
  '/s/%2eenv',
  '/s/sub/.hidden/x.txt',
  '/s/leak.txt',
  '/s/up/outside.txt',
  '/s/..%2foutside.txt',
  '/s/..%5coutside.txt',
  '/s/sub%2findex.html',
  '/s/a.txt%00',
  '/s/a.txt/x',
  '/s/%ff',
  '/s/sub',
  '/s/sub/',
  '/s/',
  '/s',
  '/s/nothing.txt',
  `/s/${'x'.repeat(5000)}`,
])('%s is a 404', async (path) => {
  const response = await served()(path)
  expect(response.status).toBe(404)
})

it('a link inside of the folder works, and other methods are a 405', async () => {
  expect(await (await served()('/s/alias.txt')).text()).toBe(text)
  const refused = await served()('/s/a.txt', {}, 'DELETE')
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
})

it('maxAge, immutable and index change what a folder sends', async () => {
  const ask = served({ maxAge: 60, immutable: /-[\w]{8}\.js$/, index: true })
  expect((await ask('/s/a.txt')).headers.get('cache-control')).toBe('public, max-age=60')
  const hashed = await ask('/s/assets/index-D3kf8_qL.js')
  expect(hashed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(await (await ask('/s/sub/')).text()).toBe('<h1>sub</h1>')
  expect((await ask('/s/sub?x=1')).headers.get('location')).toBe('./sub/?x=1')
  expect((await ask('/s')).status).toBe(200)
})

it.each([
  [{ maxAge: -1 }, 'maxAge is not a number of seconds'],
  [{ immutable: 'x' }, 'immutable is not a regular expression'],
  [{ maxAges: 1 }, 'Did you mean "maxAge"?'],
])('files() with %j fails the start', (options, words) => {
  expect(() => files(folder, options as FilesOptions)).toThrow(words)
})

const page = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

it('a frontend sends index.html to a browser that navigates, and its files; routes and mounts win', async () => {
  const routes = router('/api')
  const read = routes.get('/', { response: z.string() }, () => 'route')
  const ask = asker({
    routes: { own: { read } },
    mount: { '/m': () => new Response('mount') },
    frontend: pathToFileURL(folder),
  })
  for (const path of ['/', '/index.html', '/users/john.doe']) {
    const response = await ask(path, page)
    expect(await response.text()).toContain('<script type="module"')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(response.headers.get('cache-control')).toBe('no-cache')
  }
  const asset = await ask('/assets/index-D3kf8_qL.js')
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  const named = await ask('/assets/my-document.pdf')
  expect(named.headers.get('cache-control')).toBe('no-cache')
  expect(await (await ask('/api', page)).json()).toBe('route')
  expect(await (await ask('/m/x', page)).text()).toBe('mount')
  expect((await ask('/health/live', page)).status).toBe(200)
  expect((await ask('/api', page, 'POST')).status).toBe(405)
  for (const [path, headers, method] of [
    ['/assets/missing-D3kf8_qL.js', { accept: '*/*' }, 'GET'],
    ['/api/unknown', { accept: 'application/json' }, 'GET'],
    ['/unknown', page, 'POST'],
  ] as const) {
    const response = await ask(path, headers, method)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'PLINTH_ROUTE_NOT_FOUND' })
  }
})

it('a page with a placeholder gets a nonce of its own each time, which its policy names', async () => {
  const built = join(root, 'nonce')
  await mkdir(built)
  await writeFile(
    join(built, 'index.html'),
    '<meta property="csp-nonce" nonce="HERE"><script nonce="HERE">run()</script>',
  )
  const seen = new Set<string>()
  for (const frontend of [built, built, { folder: built, csp: "script-src 'nonce-{nonce}'" }]) {
    const response = await asker({ frontend })('/deep/link', page)
    const html = await response.text()
    const nonce = /<script nonce="([\w-]{24})">/.exec(html)?.[1] ?? ''
    expect(html).not.toContain('HERE')
    expect(response.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    seen.add(nonce)
  }
  expect(seen.size).toBe(3)
})

it('a frontend that is not built is a 404 in development, and fails the start in production', async () => {
  const frontend = join(root, 'missing')
  expect((await asker({ frontend })('/', page)).status).toBe(404)
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    expect(() => app({ title: 'X', routes: {}, log, frontend })).toThrow('build the frontend')
  } finally {
    process.env['NODE_ENV'] = before
  }
})

it.each([
  [{ frontend: { dir: 'dist' } }, 'unknown option "dir"'],
  [{ frontend: {} }, 'has no folder'],
  [{ frontend: 'x', mount: { '/': () => new Response() } }, 'both'],
])('a frontend with %j fails the start', (options, words) => {
  expect(() => app({ title: 'X', routes: {}, log, ...(options as object) })).toThrow(words)
})
