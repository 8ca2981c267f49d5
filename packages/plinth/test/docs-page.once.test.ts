import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { bearer } from '../src/dependencies/credential.ts'
import { dependency } from '../src/dependencies/dependency.ts'
import { docsPage } from '../src/openapi/docs-page.ts'
import { documentOf } from '../src/openapi/documented.fixture.ts'
import { router } from '../src/routing/router.ts'

const user = dependency({ token: bearer() }, ({ token }) => token)
const tasks = router('/api/tasks', { dependencies: { user } })
const list = tasks.get(
  '/',
  { query: z.object({ limit: z.int().default(2) }), response: z.array(z.string()) },
  () => [],
)
const document = JSON.stringify(documentOf({ tasks: { list } }, { title: 'The tasks' }))
const page = docsPage({ title: 'The tasks', documentUrl: '/openapi.json' })

let server: Server
let browser: Browser
let origin: string

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', origin)
    const file = page.find(({ path }) => path === url.pathname)
    const headers = { 'accept-encoding': String(request.headers['accept-encoding']) }
    const answer = file
      ? await file.answer(new Request(url, { headers }))
      : url.pathname === '/openapi.json'
        ? new Response(document, { headers: { 'content-type': 'application/json' } })
        : Response.json([request.headers.authorization ?? 'nobody', url.search])
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  })
})
afterAll(async () => {
  await browser.close()
  server.close()
})

/** The page in a browser, with all that it asked for and all that it complained of. */
async function opened(colorScheme: 'light' | 'dark' = 'light') {
  const context = await browser.newContext({ colorScheme })
  const tab = await context.newPage()
  const asked: string[] = []
  const complaints: string[] = []
  tab.on('request', (request) => asked.push(request.url()))
  tab.on('pageerror', (error) => complaints.push(error.message))
  tab.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await tab.goto(`${origin}/docs`)
  await tab.waitForSelector('.opblock')
  return { tab, asked, complaints, [Symbol.asyncDispose]: () => context.close() }
}

async function authorize(tab: Page, token: string): Promise<void> {
  await tab.click('.btn.authorize')
  await tab.fill('.auth-container input', token)
  await tab.click('.auth-container button.authorize')
  await tab.click('.btn-done')
}

async function listTasks(tab: Page): Promise<string> {
  await tab.click('.opblock-summary')
  await tab.click('.execute')
  return tab.locator('.live-responses-table .response .highlight-code').first().innerText()
}

describe('the documentation page in a browser', () => {
  it('renders, tries out with a token, asks nobody else and breaks no policy', async () => {
    await using page = await opened()
    expect(await page.tab.title()).toBe('The tasks')
    expect(await page.tab.locator('.opblock-summary-description').innerText()).toBe('List tasks')
    expect(await listTasks(page.tab)).toContain('nobody')
    await page.tab.click('.opblock-summary')
    await authorize(page.tab, 'the-token')
    const answer = await listTasks(page.tab)
    expect(answer).toContain('Bearer the-token')
    expect(answer).toContain('?limit=2')
    expect(page.asked).toContain(`${origin}/openapi.json`)
    expect(
      page.asked.filter((url) => !/^(?:data|blob):/.test(url) && !url.startsWith(`${origin}/`)),
    ).toEqual([])
    expect(page.complaints).toEqual([])
  })

  it('keeps the token over a reload', async () => {
    await using page = await opened()
    await authorize(page.tab, 'kept-token')
    await page.tab.reload()
    await page.tab.waitForSelector('.opblock')
    expect(await listTasks(page.tab)).toContain('Bearer kept-token')
  })

  it('is dark where the user likes it', async () => {
    const background = async (page: Awaited<ReturnType<typeof opened>>) =>
      page.tab.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
    await using light = await opened('light')
    await using dark = await opened('dark')
    expect(await background(light)).not.toBe(await background(dark))
  })
})
