import { describe, expect, it, test } from 'vitest'
import { bytes, html, text } from '../http/content/content.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'

const pages = router('/contents')
const part = (text: string) => new TextEncoder().encode(text)
const routes = {
  page: pages.get('/page', { response: html() }, ({ nonce }) => {
    const items = ['a', '<b>'].map((each) => html`<li>${each}</li>`)
    return html`<ul title="${'"&'}">
        ${items}${null}${false}${0}
      </ul>
      <script nonce="${nonce}"></script>`
  }),
  plain: pages.get('/plain', { response: html() }, () => '<p>'),
  strict: pages.get('/strict', { response: html() }, ({ reply }) => {
    reply.header('content-security-policy', "script-src 'none'")
    return '<p>'
  }),
  wrong: pages.get('/wrong', { response: html() }, () => 1 as never),
  csv: pages.get('/csv', { response: text('text/csv') }, async () => 'ä,b'),
  array: pages.get('/array', { response: bytes('image/gif') }, () => part('GIF')),
  blob: pages.get(
    '/blob',
    { response: bytes('image/*') },
    () => new Blob(['x'], { type: 'image/png' }),
  ),
  other: pages.get(
    '/other',
    { response: bytes('image/*') },
    () => new Blob(['x'], { type: 'text/html' }),
  ),
  stream: pages.get('/stream', { response: bytes() }, () => new Blob(['a', 'b']).stream()),
  generator: pages.get('/generator', { response: bytes('video/mp4') }, async function* () {
    yield part('a')
    yield part('b')
  }),
}
const lines: string[] = []
const log = createLogger({
  level: 'error',
  format: 'json',
  destination: { write: (line: string) => lines.push(line) },
})
const api = app({ title: 'Contents', routes: { pages: routes }, log })
const send = (path: string, method = 'GET') =>
  api.fetch(new Request(`http://test/contents/${path}`, { method }))

describe('html()', () => {
  it('escapes every value of the tag once', async () => {
    const body = await (await send('page')).text()
    expect(body.replaceAll(/\n\s*/g, '')).toContain(
      '<ul title="&quot;&amp;"><li>a</li><li>&lt;b&gt;</li>0</ul><script nonce="',
    )
  })
  it('lets the script with the nonce of this response run, and no other inline script', async () => {
    const [first, second] = [await send('page'), await send('page')]
    const nonce = /nonce="([^"]{20,})"/.exec(await first.text())?.[1]
    expect(nonce).toBeDefined()
    const policy = first.headers.get('content-security-policy')
    expect(policy?.startsWith("default-src 'self'; style-src ")).toBe(true)
    expect(policy?.endsWith(`; script-src 'self' 'nonce-${nonce}'`)).toBe(true)
    expect(second.headers.get('content-security-policy')).not.toContain(nonce)
    const without = (await send('plain')).headers.get('content-security-policy')
    expect(without).toContain("default-src 'self'; style-src")
    expect(without).not.toContain('script-src')
  })
  it('keeps the policy of the handler', async () => {
    expect((await send('strict')).headers.get('content-security-policy')).toBe("script-src 'none'")
  })
  it('is a 500 for a value that is not a text', async () => {
    expect((await send('wrong')).status).toBe(500)
    expect(lines.join('')).toContain('pages.wrong returned number, and text/html needs a string')
  })
})

test.each([
  ['csv', 'text/csv; charset=utf-8', 'ä,b', null],
  ['array', 'image/gif', 'GIF', '3'],
  ['blob', 'image/png', 'x', '1'],
  ['stream', 'application/octet-stream', 'ab', null],
  ['generator', 'video/mp4', 'ab', null],
])('a content has its media type: %s', async (path, type, body, length) => {
  const response = await send(path)
  expect(response.headers.get('content-type')).toBe(type)
  expect(response.headers.get('content-length')).toBe(length)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await response.text()).toBe(body)
  const head = await send(path, 'HEAD')
  expect([head.headers.get('content-type'), await head.text()]).toEqual([type, ''])
})

test('bytes of another type than the declared ones are a 500', async () => {
  expect((await send('other')).status).toBe(500)
  expect(lines.join('')).toContain('returned bytes of the type text/html, and declares image/*')
})

test('a media type that is not one is refused', () => {
  expect(() => text('csv')).toThrow('text(): "csv" is not a media type')
  expect(() => bytes('image/png; q=1')).toThrow('Write it without parameters')
})
