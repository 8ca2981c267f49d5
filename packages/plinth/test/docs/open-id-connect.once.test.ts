// @module-tag chromium
// Authorize in the documentation page with a provider of OpenID Connect on another origin: authorization code and PKCE.
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { app, createLogger, createToken, jwt, openIdConnect, router, serve } from 'plinth'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'
import { keptBy, openDocs, signIn, tryOut } from './open-docs.ts'

const log = createLogger({ level: 'silent' })
const audience = 'https://api.example.com'
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const { origin: issuer, close: closeProvider, sent } = await startProvider()

const user = jwt({
  url: `${issuer}/jwks`,
  issuer,
  audience,
  from: openIdConnect({ url: `${issuer}/.well-known/openid-configuration` }),
})
const me = router('/me').get('/', { dependencies: { user } }, (context) => context.user.id)
const oauth = { clientId: 'docs', usePkceWithAuthorizationCodeGrant: true, scopes: ['openid'] }
const api = app({
  title: 'Signed in elsewhere',
  routes: { me: { me } },
  log,
  docs: { ui: { docExpansion: 'full', oauth } },
})
const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })

/** A provider whose user is signed in already and agrees. It checks the redirect URI and the code verifier. */
async function startProvider() {
  const codes = new Map<string, URLSearchParams>()
  const requests: { authorize?: URLSearchParams; token?: URLSearchParams } = {}
  const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }
  const json = (value: object, status = 200) => Response.json(value, { status, headers: cors })
  let origin = ''

  const authorize = (query: URLSearchParams): Response => {
    requests.authorize = query
    const code = randomUUID()
    codes.set(code, query)
    const back = new URL(query.get('redirect_uri') ?? '')
    back.search = new URLSearchParams({ code, state: query.get('state') ?? '' }).toString()
    return new Response(null, { status: 302, headers: { location: back.href } })
  }
  const token = async (request: Request): Promise<Response> => {
    const form = new URLSearchParams(await request.text())
    requests.token = form
    const begun = codes.get(form.get('code') ?? '')
    const verifier = createHash('sha256').update(form.get('code_verifier') ?? '')
    if (begun?.get('code_challenge') !== verifier.digest('base64url'))
      return json({ error: 'invalid_grant' }, 400)
    const key = { key: privateKey, kid: 'provider' }
    const access_token = await createToken(key, { sub: 'ann', issuer: origin, audience })
    return json({ access_token, token_type: 'Bearer', expires_in: 900 })
  }
  const handle = (request: Request): Response | Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url)
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: cors })
    if (pathname === '/authorize') return authorize(searchParams)
    if (pathname === '/token') return token(request)
    if (pathname === '/jwks')
      return json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'provider' }] })
    return json({
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/jwks`,
      grant_types_supported: ['authorization_code'],
      scopes_supported: ['openid'],
    })
  }
  const provider = await serve(
    app({
      title: 'Provider',
      routes: {},
      mount: { '/': { handler: handle, securityHeaders: false } },
      docs: false,
      log,
    }),
    { port: 0, hostname: '127.0.0.1', signals: false },
  )
  origin = provider.url
  return { origin, sent: requests, close: () => provider.close() }
}

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  await server.close()
  await closeProvider()
})

it('Authorize signs in with OpenID Connect in a window of the provider, and calls the API with its token', async () => {
  await using page = await openDocs(browser, server.url, '.opblock')
  const { tab } = page
  expect(await tryOut(tab, '/me')).toContain('401')
  await tab.click('.btn.authorize')
  const dialog = tab.locator('.auth-container', {
    has: tab.locator('h4:has-text("openIdConnect")'),
  })
  expect(await dialog.locator('h4').innerText()).toContain('authorization_code with PKCE')
  await signIn(dialog)
  await tab.click('.btn-done')
  expect(await tryOut(tab, '/me')).toContain('200')

  expect(sent.authorize?.get('redirect_uri')).toBe(`${server.url}/docs/oauth2-redirect.html`)
  expect(sent.authorize?.get('scope')).toContain('openid')
  expect(sent.token?.get('grant_type')).toBe('authorization_code')
  await tab.reload()
  await tab.waitForSelector('.opblock')
  expect(await tryOut(tab, '/me')).toContain('200')
  expect(await keptBy(tab)).not.toContain(sent.token?.get('code_verifier'))
  expect(page.foreign.filter((url) => !url.startsWith(`${issuer}/`))).toEqual([])
  // Chromium tells each 401 of "Try it out".
  expect(page.complaints.filter((text) => !text.includes('401'))).toEqual([])
})
