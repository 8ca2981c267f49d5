import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, onTestFinished, test } from 'vitest'
import { client } from '../client/client.ts'
import { bytes } from '../http/content/content.ts'
import { download } from '../http/content/download.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import { serve } from '../server/serve.ts'
import { app } from './app.ts'

const root = await mkdtemp(join(tmpdir(), 'plinth-download-'))
afterAll(() => rm(root, { recursive: true }))
await mkdir(join(root, 'in'))
const changed = new Date('2026-01-02T03:04:05Z')
await writeFile(join(root, 'in', 'digits.txt'), '0123456789')
await utimes(join(root, 'in', 'digits.txt'), changed, changed)
await writeFile(join(root, 'in', 'empty.png'), '')
await writeFile(join(root, 'in', 'large.bin'), new Uint8Array(20_000_000))
await writeFile(join(root, 'secret.txt'), 'secret')
await symlink(join(root, 'secret.txt'), join(root, 'in', 'link.txt'))

const files = router('/files')
const routes = {
  any: files.get('/any/:path*', { response: bytes('*/*'), errors: [404] }, ({ params }) =>
    download(params.path, { root: join(root, 'in') }),
  ),
  named: files.get('/named', { response: bytes('text/plain') }, () =>
    download(join(root, 'in', 'digits.txt'), { name: 'é "1".txt' }),
  ),
  picture: files.get('/picture', { response: bytes('image/png') }, () =>
    download(join(root, 'in', 'empty.png')),
  ),
  sent: files.post('/sent', { response: bytes('text/plain') }, () =>
    download(join(root, 'in', 'digits.txt')),
  ),
}
const api = app({
  title: 'Files',
  routes: { files: routes },
  log: createLogger({ level: 'silent' }),
})
const send = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  api.fetch(new Request(`http://test/files/${path}`, { method, headers }))
const digits = (headers: Record<string, string>, method = 'GET') =>
  send('any/digits.txt', headers, method)

it('a file has a type, a length, a tag and the time of its last change', async () => {
  const response = await digits({})
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-length': '10',
    'last-modified': changed.toUTCString(),
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    etag: expect.stringMatching(/^"[^"]+"$/) as string,
  })
  expect(await response.text()).toBe('0123456789')
  const head = await digits({}, 'HEAD')
  expect([head.headers.get('content-length'), await head.text()]).toEqual(['10', ''])
})

it.each([
  ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
  ['bytes=7-', 206, '789', 'bytes 7-9/10'],
  ['bytes=-3', 206, '789', 'bytes 7-9/10'],
  ['bytes=8-100', 206, '89', 'bytes 8-9/10'],
  ['bytes=0-1,1-3', 206, '0123', 'bytes 0-3/10'],
  ['bytes=0-0,5-5', 200, '0123456789', null],
  ['bytes=x', 200, '0123456789', null],
  ['items=0-1', 200, '0123456789', null],
])('a range gets its part: %s', async (range, status, body, place) => {
  const response = await digits({ range })
  expect([response.status, response.headers.get('content-range')]).toEqual([status, place])
  expect(response.headers.get('content-length')).toBe(String(body.length))
  expect(await response.text()).toBe(body)
})

it('a range without a byte of the file is a 416', async () => {
  const response = await digits({ range: 'bytes=10-' })
  expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */10'])
})

it('If-Range sends a part of the same version only', async () => {
  const tag = (await digits({})).headers.get('etag')!
  const range = 'bytes=0-1'
  for (const [condition, status] of [
    [tag, 206],
    ['"old"', 200],
    [`W/${tag}`, 200],
    [changed.toUTCString(), 206],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 200],
  ] as const)
    expect((await digits({ range, 'if-range': condition })).status, condition).toBe(status)
})

it('a file that the client has is a 304', async () => {
  const tag = (await digits({})).headers.get('etag')!
  for (const headers of [
    { 'if-none-match': tag },
    { 'if-none-match': `"x", W/${tag}` },
    { 'if-modified-since': changed.toUTCString() },
  ]) {
    const response = await digits(headers)
    expect([response.status, await response.text()]).toEqual([304, ''])
    expect(response.headers.get('etag')).toBe(tag)
  }
  expect(
    (await digits({ 'if-none-match': '"x"', 'if-modified-since': changed.toUTCString() })).status,
  ).toBe(200)
})

it('a POST sends the whole file', async () => {
  expect((await send('sent', { range: 'bytes=0-1' }, 'POST')).status).toBe(200)
})

it('an empty file is sent', async () => {
  const response = await send('any/empty.png')
  expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
    200,
    'image/png',
    '',
  ])
})

it('a name is sent in both forms of RFC 6266', async () => {
  expect((await send('named')).headers.get('content-disposition')).toBe(
    `attachment; filename="e \\"1\\".txt"; filename*=UTF-8''%C3%A9%20%221%22.txt`,
  )
})

it.each([
  'nothing.txt',
  '',
  '..%2fsecret.txt',
  '%2e%2e/secret.txt',
  'link.txt',
  'a%5c..%5c..%5csecret.txt',
  'digits.txt/x',
])('a path to nothing, to a folder, or out of the root is a 404: "%s"', async (path) => {
  const response = await send(`any/${path}`)
  expect(response.status).toBe(404)
  expect(await response.text()).not.toContain('secret.txt')
})

it('the document has the part, the 304 and the 416 of a file', () => {
  const operation = api.openapi().paths['/files/any/{path}']?.['get']
  expect(Object.keys(operation?.responses ?? {})).toEqual(
    expect.arrayContaining(['200', '206', '304', '404', '416']),
  )
  expect(operation?.responses['206']).toMatchObject({ content: { '*/*': {} } })
  expect(operation?.parameters?.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['if-none-match', 'range']),
  )
})

it('a client gets a Blob, the string of a text, and a part with its status', async () => {
  const c = client<typeof api>('http://test', { fetch: (request) => api.fetch(request) })
  expect(await c.get('/files/named')).toBe('0123456789')
  const blob = await c.get('/files/picture')
  expect([blob.type, await blob.text()]).toEqual(['image/png', ''])
  const part = await c.try.get('/files/named', { headers: { range: 'bytes=1-1' } })
  expect(part).toMatchObject({ ok: true, status: 206 })
})

const openedHere = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(join(root, 'in', 'large'))
    } catch {
      return false
    }
  }).length

test.runIf(existsSync('/proc/self/fd'))(
  'a file is closed when the client disconnects',
  async () => {
    const server = await serve(api, { port: 0, signals: false })
    onTestFinished(() => server.close())
    const socket = connect(server.port, '127.0.0.1', () =>
      socket.write('GET /files/any/large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    )
    await new Promise((resolve) => socket.once('data', resolve))
    socket.pause()
    await expect.poll(openedHere).toBe(1)
    socket.destroy()
    await expect.poll(openedHere).toBe(0)
  },
)
