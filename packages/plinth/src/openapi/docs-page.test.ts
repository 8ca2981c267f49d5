import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { swaggerUiFiles, swaggerUiFolders } from '../../../../scripts/copy-swagger-ui.ts'
import { docsPage } from './docs-page.ts'

const files = docsPage({ title: 'A <b> & "c"', documentUrl: '/openapi.json' })
const ask = async (path: string, headers: Record<string, string> = {}): Promise<Response> => {
  const file = files.find((one) => one.path === path)
  if (!file) throw new Error(`there is no file ${path}`)
  return file.respond(new Request(`http://localhost${path}`, { headers }))
}

describe('the documentation page', () => {
  it('refers to the document and its own files, and escapes the title', async () => {
    const answer = await ask('/docs')
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const html = await answer.text()
    expect(html).toContain('<title>A &lt;b&gt; &amp; &quot;c&quot;</title>')
    expect(html).toContain('data-document="/openapi.json"')
    const linked = [...html.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map((found) => found[1])
    expect(linked.toSorted()).toEqual(
      files
        .map((file) => file.path)
        .slice(1)
        .toSorted(),
    )
  })

  it('allows scripts, styles and connections from its own origin only', async () => {
    const policy = (await ask('/docs')).headers.get('content-security-policy')
    expect(policy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    const [page] = docsPage({
      title: 'A',
      documentUrl: '/a',
      connectTo: ['https://api.example.com'],
    })
    const answer = await page?.respond(new Request('http://localhost/docs'))
    expect(answer?.headers.get('content-security-policy')).toContain(
      "connect-src 'self' https://api.example.com;",
    )
  })

  it('is served at the configured path', () => {
    const paths = docsPage({ title: 'A', documentUrl: '/a', path: '/help' }).map(({ path }) => path)
    expect(paths.every((path) => path === '/help' || path.startsWith('/help/'))).toBe(true)
  })
})

describe('the files of the documentation page', () => {
  it('declare their character set, without which the page breaks', async () => {
    const types = await Promise.all(
      files.map(async ({ path }) => (await ask(path)).headers.get('content-type')),
    )
    expect(types.filter((type) => !type?.endsWith('; charset=utf-8'))).toEqual([])
  })

  it('are compressed for clients that accept it', async () => {
    const plain = Buffer.from(await (await ask('/docs/swagger-ui.css')).arrayBuffer())
    const packed = await ask('/docs/swagger-ui.css', { 'accept-encoding': 'br, gzip;q=0.9' })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    expect(packed.headers.get('vary')).toBe('accept-encoding')
    const bytes = Buffer.from(await packed.arrayBuffer())
    expect(bytes.length).toBeLessThan(plain.length / 3)
    expect(gunzipSync(bytes).equals(plain)).toBe(true)
    const refused = await ask('/docs/swagger-ui.css', { 'accept-encoding': 'gzip;q=0' })
    expect(refused.headers.get('content-encoding')).toBeNull()
  })

  it('are not sent again to clients that have them', async () => {
    const first = await ask('/docs/docs.js')
    const etag = first.headers.get('etag') ?? ''
    const again = await ask('/docs/docs.js', { 'if-none-match': `"other", W/${etag}` })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
    expect(again.headers.get('etag')).toBe(etag)
    expect((await ask('/docs/docs.js', { 'if-none-match': '"other"' })).status).toBe(200)
    const packed = await ask('/docs/docs.js', { 'accept-encoding': 'gzip', 'if-none-match': etag })
    expect(packed.status).toBe(200)
  })

  it.each(swaggerUiFiles)('are unchanged files of swagger-ui-dist: %s', (file) => {
    const { source, target } = swaggerUiFolders
    expect(readFileSync(join(target, file)).equals(readFileSync(join(source, file)))).toBe(true)
  })
})
