// The development page of `plinth dev` in a browser, with real traffic, and what its guard refuses.
// @module-tag chromium
import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityProblems } from '../support/accessibility-problems.ts'
import { cliProject, type CliProject, type Run } from '../support/cli-project.ts'
import { rawRequest } from '../support/devtools/raw-request.ts'
import { shopFiles } from '../support/devtools/shop-files.ts'
import { openBrowser } from '../support/open-browser.ts'

const secret = 'a-secret-that-no-copy-shows'

let project: CliProject
let dev: Run
let browser: Browser
let context: BrowserContext
let page: Page
/** The address of the service, and the port that it listens on. */
let url: string
let port: string
/** Errors in the console, uncaught errors, and requests to other servers. */
const complaints: string[] = []

beforeAll(async () => {
  project = cliProject(shopFiles)
  dev = project.run(['dev', '--port', '0', '--host', '0.0.0.0'])
  ;[, url = '', port = ''] = await dev.until(/ready in \d+ ms: (http:\/\/localhost:(\d+))\/_plinth/)
  await dev.until(/Press Ctrl-C/)
  browser = await openBrowser()
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) complaints.push(`foreign request: ${request.url()}`)
  })
})
afterAll(async () => {
  await browser?.close()
  await dev?.[Symbol.asyncDispose]()
  project?.[Symbol.dispose]()
})

const call = (path: string, init?: RequestInit): Promise<Response> => fetch(url + path, init)
const post = (body: object): Promise<Response> =>
  call('/api/customers', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify(body),
  })
const rows = () => page.locator('.split-list tbody tr')
const detail = () => page.locator('.split-detail')

/** Expects no violation in either color scheme, and nothing that is wider than the page. */
async function expectAccessible(state: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const violations = await accessibilityProblems(page)
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(' ')}`)
    expect(found, `accessibility of ${state}, ${colorScheme}`).toEqual([])
  }
  const width = await page.evaluate('document.documentElement.scrollWidth')
  expect(width, `width of ${state}`).toBe(page.viewportSize()?.width)
}

describe('the development page', () => {
  it('opens where a browser opens / of a service without such a route, and lists requests as they come', async () => {
    await page.goto(url)
    expect(page.url()).toBe(`${url}/_plinth#/requests`)
    expect(await page.title()).toBe('Requests · Shop')
    await page.getByText('No requests yet').waitFor()
    for (const path of ['/api/customers', '/api/report', '/api/broken', '/nope']) await call(path)
    expect((await post({ name: 'Ann' })).status).toBe(201)
    await expect.poll(() => rows().count()).toBe(5)
    expect((await rows().first().innerText()).split(/\s+/).slice(0, 3)).toEqual([
      '201',
      'POST',
      '/api/customers',
    ])
  })

  it('leads nothing but a browser that opens the page from / to it', async () => {
    expect((await call('/')).status).toBe(404)
    expect((await call('/', { headers: { accept: 'text/html' } })).status).toBe(404)
  })

  it('filters requests by text, status and route, and keeps the filter in the address', async () => {
    await page.getByLabel('Status').selectOption('5')
    await expect.poll(() => rows().count()).toBe(1)
    expect(page.url()).toContain('#/requests?status=5')
    await page.getByText('Reset').click()
    await page.getByLabel('Text in the path or the error').fill('NOPE')
    await expect.poll(() => rows().allInnerTexts()).toEqual([expect.stringContaining('/nope')])
    await page.getByLabel('Text in the path or the error').fill('nothing has this')
    await page.getByText('Show all requests').click()
    await page.getByLabel('Method').selectOption('POST')
    await expect.poll(() => rows().count()).toBe(1)
    await page.getByText('Reset').click()
  })

  it('shows the waterfall of a request with its log, its N+1, and the plan of a statement', async () => {
    await page.getByRole('link', { name: '/api/report' }).click()
    await detail().getByText('one statement was sent 6 times').waitFor()
    await detail().getByText('dependency prices').waitFor()
    await detail().getByText('the report is slow').waitFor()
    const statements = detail().getByRole('button', { name: /SELECT orders.*100 rows/ })
    expect(await statements.count()).toBe(6)
    await statements.first().click()
    await detail().getByRole('button', { name: 'Show the plan' }).click()
    await detail().getByText('create index on "orders" ("customer_id");').waitFor()
    await detail().getByText('Seq Scan on orders').waitFor()
    await expectAccessible('a request with a plan')
  })

  it('sends a read again at once, and a write with its credentials after a question', async () => {
    await detail().getByRole('button', { name: 'Send again' }).click()
    await expect.poll(() => rows().filter({ hasText: '/api/report' }).count()).toBe(2)
    await page.getByRole('link', { name: '/api/customers' }).first().click()
    await detail().getByText('201').waitFor()
    await detail().getByRole('button', { name: 'Send again' }).click()
    await page.getByRole('dialog').waitFor()
    await expectAccessible('the question before a write')
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await detail().getByRole('button', { name: 'Send again' }).click()
    await page.getByRole('button', { name: 'Send POST again' }).click()
    await expect.poll(() => rows().filter({ hasText: 'POST' }).count()).toBe(2)
  })

  it('copies a request as a command without its secrets unless asked, and as a test', async () => {
    const copied = async (name: string): Promise<string> => {
      await page.evaluate("navigator.clipboard.writeText('')")
      await detail().getByRole('button', { name, exact: true }).click()
      const read = (): Promise<string> => page.evaluate('navigator.clipboard.readText()')
      await expect.poll(read).not.toBe('')
      return await read()
    }
    const curl = await copied('Copy as curl')
    expect(curl).toContain(`curl '${url}/api/customers' \\\n`)
    expect(curl).toContain(`-H 'authorization: Bearer <token>'`)
    expect(curl).toContain(`--data-raw '{"name":"Ann"}'`)
    expect(curl).not.toContain(secret)
    expect(await copied('Copy curl with secrets')).toContain(`Bearer ${secret}`)
    const test = await copied('Copy as test')
    expect(test).toContain(`import { api } from '../src/api.ts'`)
    expect(test).toContain(`body: JSON.stringify({"name":"Ann"})`)
    expect(test).not.toContain(secret)
    expect(dev.said).not.toContain(secret)
  })

  it('gathers statements by their text, with counts, rows, N+1 and a plan', async () => {
    await page.getByRole('link', { name: 'SQL', exact: true }).click()
    const scan = rows().filter({ hasText: '"orders"."customer_id" = $1' })
    await expect.poll(() => scan.first().innerText()).toMatch(/N\+1\s+12\s/)
    await scan.first().getByRole('link').click()
    await detail().getByText('GET /api/report').waitFor()
    await detail().getByRole('button', { name: 'Show the plan' }).click()
    await detail().getByText('to keep 100').waitFor()
    await expectAccessible('a statement')
  })

  it('gathers errors by code and route, with the source lines of the service', async () => {
    await page.getByRole('link', { name: 'Errors', exact: true }).click()
    const failed = page.getByRole('link', { name: /Cannot read properties of undefined/ })
    await failed.click()
    await detail().getByText('in chargeCard').waitFor()
    expect(await detail().locator('.source-current').first().innerText()).toContain(
      'return { number: customer.card.number }',
    )
    await expectAccessible('an error')
    await page.getByLabel('Only errors of the service').check()
    await expect.poll(() => rows().count()).toBe(1)
  })

  it('works by keyboard: a skip link, the marked view, and arrow keys in a list', async () => {
    await page.goto(`${url}/_plinth#/requests`)
    await page.reload()
    await rows().first().waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    expect(await page.locator('[aria-current=page]').innerText()).toBe('Requests')
    await rows().first().getByRole('link').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await detail().waitFor()
  })

  it('fits a phone, where the details cover the list', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await rows().first().isVisible()).toBe(false)
    await page.getByRole('link', { name: 'Close' }).click()
    await rows().first().waitFor()
    await expectAccessible('the list on a phone')
  })

  it('complains of nothing in the console, and asks no other server', () => {
    expect(complaints).toEqual([])
  })
})

describe('the guard of the development page', () => {
  const path = (): string => `http://127.0.0.1:${port}/_plinth`
  const own = (): string => `localhost:${port}`
  const status = async (
    headers: Readonly<Record<string, string>>,
    options: { readonly method?: string; readonly path?: string; readonly body?: string } = {},
  ): Promise<number> => {
    const { method = 'GET', path: below = '', body = '' } = options
    return (
      await rawRequest(path() + below, { method, headers: { host: own(), ...headers }, body })
    ).status
  }
  const events = { path: '/api/sql' }

  it('lets in local names with the right port, and no other Host, so that DNS rebinding fails', async () => {
    for (const host of [own(), `127.0.0.1:${port}`, `LOCALHOST:${port}`])
      expect(await status({ host }), host).toBe(200)
    const others = ['evil.example', `evil.example:${port}`, `localhost.evil.example:${port}`]
    for (const host of [...others, 'localhost', 'localhost:1'])
      for (const options of [{}, events]) expect(await status({ host }, options), host).toBe(403)
  })

  it('refuses other sites, other local ports that the app’s CORS allows, and frames', async () => {
    const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect(await status({ ...navigation, 'sec-fetch-site': 'none' })).toBe(200)
    expect(await status({ ...navigation, 'sec-fetch-site': 'cross-site' })).toBe(200)
    expect(await status({ ...navigation, 'sec-fetch-site': 'cross-site' }, events)).toBe(403)
    const refused: Readonly<Record<string, string>>[] = [
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', origin: 'http://localhost:3000' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
      { origin: 'http://localhost:3000' },
      { origin: 'null' },
      { ...navigation, 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'iframe' },
    ]
    for (const headers of refused) expect(await status(headers), JSON.stringify(headers)).toBe(403)
    const preflight = { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' }
    const answer = await rawRequest(path(), {
      method: 'OPTIONS',
      headers: { host: own(), ...preflight },
    })
    expect(answer.status).toBe(403)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  it('lets nothing change without the token of the page', async () => {
    const { text, headers } = await rawRequest(path(), { headers: { host: own() } })
    const [, token = ''] = /name="plinth-token" content="([\w-]{32})"/.exec(text) ?? []
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self';/),
      'x-frame-options': 'DENY',
    })
    expect(JSON.stringify(headers)).not.toContain('unsafe')
    const clear = { method: 'DELETE', path: '/api/requests' }
    const form = { origin: `http://${own()}`, 'content-type': 'text/plain' }
    for (const sent of [{}, form, { 'x-plinth-token': `${token.slice(1)}x` }])
      expect(await status(sent, clear)).toBe(403)
    expect(await status({ 'x-plinth-token': token }, clear)).toBe(200)
    const tried = { method: 'POST', path: '/api/requests/1/curl', body: '{"secrets":true}' }
    expect(await status({}, tried)).toBe(403)
  })

  it('responds to this machine alone, also with --host 0.0.0.0', async () => {
    // The guard knows two addresses of this machine, so that this one stands for another machine's, on every machine.
    const asked = { headers: { host: own() }, localAddress: '127.0.0.2' }
    expect((await rawRequest(`http://127.0.0.1:${port}/api/customers`, asked)).status).toBe(200)
    const refused = await rawRequest(`http://127.0.0.1:${port}/_plinth`, asked)
    expect(refused.status).toBe(403)
    expect(refused.text).toContain('on the machine that serves it')
  })
})

it('plinth start has no development page, and loads nothing of it', async () => {
  using production = cliProject({
    ...shopFiles,
    'src/database.ts': undefined,
    'src/env.ts': undefined,
    'src/models.ts': undefined,
    'src/shop.ts': undefined,
    'src/api.ts': `import { app } from 'plinth'\nexport const api = app({ title: 'Shop', routes: {} })\n`,
    'loaded.mjs': `import { registerHooks } from 'node:module'
registerHooks({ load: (url, context, next) => {
  if (/src\\/devtools\\/|devpage/.test(url)) console.log('LOADED', url)
  if (url.includes('/src/cli/start/')) console.log('STARTS')
  return next(url, context)
} })\n`,
  })
  // of the sources: a build has their modules in files of other names
  const sources = fileURLToPath(new URL('../..', import.meta.url))
  rmSync(join(production.folder, 'node_modules/plinth'))
  symlinkSync(sources, join(production.folder, 'node_modules/plinth'))
  await using start = production.run(['start', '--port', '0'], {
    script: join(sources, 'src/cli/main.ts'),
    env: { NODE_OPTIONS: `--import=${production.folder}/loaded.mjs` },
  })
  const [address = ''] = await start.until(/http:\/\/localhost:\d+/)
  const headers = {
    host: new URL(address).host,
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  }
  const target = address.replace('localhost', '127.0.0.1')
  for (const path of ['/_plinth', '/_plinth/page.js', '/_plinth/events', '/'])
    expect((await rawRequest(target + path, { headers })).status, path).toBe(404)
  expect(start.said).toContain('STARTS')
  expect(start.said).not.toContain('LOADED')
})
