import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { swaggerUiFiles, swaggerUiFolders } from '../../../../scripts/copy-swagger-ui.ts'
import { hashOf, scalarFiles, scalarFolder } from '../../../../scripts/copy-scalar.ts'
import { app } from '../app/app.ts'
import { oauth2Password } from '../auth/schemes/oauth2-password.ts'
import { openIdConnect } from '../auth/schemes/open-id-connect.ts'
import type { Dependencies } from '../dependencies/dependency.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import { docsPage } from './docs-page.ts'

/** The document of an app with a route that takes these credentials. */
function documentOf(dependencies: Dependencies) {
  const read = router('').get('/', { dependencies }, () => 1)
  const log = createLogger({ level: 'silent' })
  const api = app({ title: 'A', routes: { main: { read } }, log })
  return { document: () => api.openapi() }
}

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
    expect(html).toContain('<title>A &lt;b&gt; &amp; &quot;c&quot; · API docs</title>')
    expect(html).toContain('data-document="/openapi.json"')
    const linked = [...html.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map((found) => found[1])
    expect(linked.toSorted()).toEqual(
      files
        .map((file) => file.path)
        .slice(1)
        .filter((path) => !/oauth2-redirect|sockets/.test(path))
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

  it('may call the hosts where its security schemes sign in, and opens their window', async () => {
    const { document } = documentOf({
      code: oauth2Password({ tokenUrl: '/token', refreshUrl: 'https://a.example/refresh' }),
      oidc: openIdConnect({ url: 'https://login.example.com/.well-known/openid-configuration' }),
    })
    const [page, ...others] = docsPage({
      title: 'A',
      documentUrl: '/a',
      document,
      connectTo: ['https://api.example.com'],
    })
    const { headers } = await page!.respond(new Request('http://localhost/docs'))
    expect(headers.get('content-security-policy')).toContain(
      "connect-src 'self' https://api.example.com https://login.example.com https://a.example;",
    )
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin-allow-popups')
    const redirect = others.find(({ path }) => path.endsWith('oauth2-redirect.html'))
    const answer = await redirect!.respond(new Request(`http://localhost${redirect!.path}`))
    expect(answer.headers.get('cross-origin-opener-policy')).toBe('unsafe-none')
  })

  it('leaves the headers of windows alone if no scheme opens one', async () => {
    const { document } = documentOf({ code: oauth2Password({ tokenUrl: '/token' }) })
    const [page] = docsPage({ title: 'A', documentUrl: '/a', document })
    const { headers } = await page!.respond(new Request('http://localhost/docs'))
    expect(headers.get('cross-origin-opener-policy')).toBeNull()
    expect(headers.get('content-security-policy')).toContain("connect-src 'self';")
  })

  it('hands the options of Swagger UI to its script, escaped', async () => {
    const [page] = docsPage({ title: 'A', documentUrl: '/a', ui: { filter: '"><script>' } })
    const html = await (await page!.respond(new Request('http://localhost/docs'))).text()
    expect(html).toContain(
      'data-options="{&quot;filter&quot;:&quot;\\&quot;&gt;&lt;script&gt;&quot;}"',
    )
  })

  it.each(['swagger-ui', 'scalar'] as const)(
    'loads the script for WebSockets only if there are any: %s',
    async (reference) => {
      const htmlOf = async (routes: Record<string, object>) => {
        const api = app({ title: 'A', routes: { a: routes } })
        const pages = docsPage({
          title: 'A',
          documentUrl: '/a',
          reference,
          document: () => api.openapi(),
        })
        return (await pages[0]!.respond(new Request('http://localhost/docs'))).text()
      }
      const a = router('/a')
      const read = a.get('/', {}, () => 1)
      expect(await htmlOf({ read })).not.toContain('sockets.js')
      const b = router('/b')
      const talk = b.socket('/', { send: z.string() }, async function* () {})
      expect(await htmlOf({ talk })).toContain(
        '<script type="module" src="/docs/sockets.js"></script>',
      )
    },
  )

  it('is served at the configured path', () => {
    const paths = docsPage({ title: 'A', documentUrl: '/a', path: '/help' }).map(({ path }) => path)
    expect(paths.every((path) => path === '/help' || path.startsWith('/help/'))).toBe(true)
  })
})

describe('the documentation page with Scalar', () => {
  const scalar = docsPage({ title: 'A', documentUrl: '/a', reference: 'scalar' })

  it('links to its own files alone, under the same content security policy', async () => {
    const response = await scalar[0]!.respond(new Request('http://localhost/docs'))
    expect(response.headers.get('content-security-policy')).toBe(
      (await ask('/docs')).headers.get('content-security-policy'),
    )
    const html = await response.text()
    const linked = [...html.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map((found) => found[1])
    expect(linked).toEqual(
      scalar
        .slice(1)
        .map((file) => file.path)
        .filter((path) => path !== '/docs/sockets.js'),
    )
    expect(linked).toContain('/docs/scalar.js')
  })

  it.each(Object.entries(scalarFiles))(
    'has an unchanged file of Scalar: %s',
    (name, { sha256 }) => {
      expect(hashOf(join(scalarFolder, name))).toBe(sha256)
    },
  )
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
