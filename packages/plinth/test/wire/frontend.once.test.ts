// A built single-page app of Plinth's own server, in a browser: hashed assets, deep links, and a policy with a nonce.
// @module-tag chromium
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { app, compress, createLogger, router, serve } from 'plinth'
import { openBrowser } from '../support/open-browser.ts'

// As Vite writes it with `html: { cspNonce: 'NONCE' }`, and an inline script that only its nonce allows.
const html = `<!doctype html>
<html><head>
  <meta property="csp-nonce" nonce="NONCE">
  <link rel="icon" href="data:,">
  <link rel="stylesheet" crossorigin nonce="NONCE" href="/assets/index-B2xT9a_c.css">
  <script nonce="NONCE">window.inline = 'allowed'</script>
  <script>window.injected = 'allowed'</script>
  <script type="module" crossorigin nonce="NONCE" src="/assets/index-D3kf8_qL.js"></script>
</head><body><div id="app"></div></body></html>`
const script = `const [{ load }, greeting] = await Promise.all([import('./lazy-Xy12Zw_9.js'), fetch('/api/greeting')])
document.querySelector('#app').textContent = load() + await greeting.json() + ' at ' + location.pathname`

let folder: string
let browser: Browser

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plinth-frontend-'))
  await mkdir(join(folder, 'assets'))
  const built = {
    'index.html': html,
    'assets/index-D3kf8_qL.js': script,
    'assets/lazy-Xy12Zw_9.js': `export const load = () => 'lazy '`,
    'assets/index-B2xT9a_c.css': '#app { color: rgb(1, 2, 3) }',
  }
  for (const [name, text] of Object.entries(built)) await writeFile(join(folder, name), text)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true })
})

it('a built app loads from a deep link, calls the API, and runs no script without the nonce', async () => {
  const asked: string[] = []
  const greeting = router('/api').get('/greeting', { response: z.string() }, () => 'hello')
  const api = app({
    title: 'Whole',
    routes: { greetings: { greeting } },
    frontend: folder,
    around: [
      (request, next) => {
        asked.push(new URL(request.url).pathname)
        return next(request)
      },
      compress({ minSize: 10 }),
    ],
    log: createLogger({ level: 'silent' }),
  })
  const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
  onTestFinished(() => server.close())
  const context = await browser.newContext()
  const tab = await context.newPage()
  const complaints: string[] = []
  tab.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  tab.on('pageerror', (error) => complaints.push(error.message))
  await tab.goto(`${server.url}/users/7/edit`)
  const shown = tab.locator('#app', { hasText: 'lazy hello at /users/7/edit' })
  await shown.waitFor()
  expect(await tab.evaluate('getComputedStyle(document.querySelector("#app")).color')).toBe(
    'rgb(1, 2, 3)',
  )
  expect(await tab.evaluate('[window.inline, window.injected]')).toEqual(['allowed', undefined])
  // The script without a nonce is the only violation.
  expect(complaints).toEqual([expect.stringContaining('Content Security Policy')])
  const before = await tab.evaluate('document.querySelector("script").nonce')
  expect(asked).toContain('/assets/index-D3kf8_qL.js')
  asked.length = 0
  await tab.goto(`${server.url}/other`)
  await tab.locator('#app', { hasText: 'at /other' }).waitFor()
  expect(await tab.evaluate('document.querySelector("script").nonce')).not.toBe(before)
  // The browser asks for the page again, with another nonce, and not for the hashed assets.
  expect(asked).toEqual(['/other', '/api/greeting'])
  await context.close()
})
