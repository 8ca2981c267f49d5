// @module-tag chromium
// The documentation page of the reference backend in a real browser.
import { createToken, serve } from 'plinth'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'
import { signIn } from './open-docs.ts'

vi.stubEnv('DATABASE_URL', 'pglite:memory')
vi.stubEnv('BETTER_AUTH_SECRET', 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo')
const { api } = await import('../../../../apps/api/src/api.ts')
const { env } = await import('../../../../apps/api/src/env.ts')

const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
const origin = server.url
const token = await createToken(env.BETTER_AUTH_SECRET, { sub: 'ann', expiresIn: 600 })
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
const first = { title: 'Read the documentation' }

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
  const body = JSON.stringify(first)
  const created = await fetch(`${origin}/api/tasks`, { method: 'POST', headers, body })
  expect(created.status).toBe(201)
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

interface Look {
  readonly colorScheme?: 'light' | 'dark'
  readonly viewport?: { readonly width: number; readonly height: number }
}
const phone = { width: 390, height: 844 }

/** The page in a browser, with its requests and its errors. */
async function opened(look: Look = {}) {
  const context = await browser.newContext(look)
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
  await signIn(tab.locator('.auth-container').first())
  await tab.click('.btn-done')
}

/** An operation, and the values of its path. */
interface Call {
  readonly method: string
  readonly path: string
  readonly id?: string
}

/** The members of a task that the tests use. */
interface Shown {
  readonly id: string
  readonly dueAt: string
}
interface Received {
  readonly status: number
  readonly body: Shown
}

/** Sends an operation of "Try it out" as the page shows it, and returns the response that it shows. */
async function send(tab: Page, { method, path, id }: Call): Promise<Received> {
  const operation = tab.locator(`.opblock-${method}`, {
    has: tab.locator(`[data-path="${path}"]`),
  })
  await operation.locator('.opblock-summary').click()
  if (id !== undefined) await operation.locator('[data-param-name=id] input').fill(id)
  await operation.locator('.execute').click()
  const response = operation.locator('.live-responses-table .response')
  const status = Number.parseInt(await response.locator('.response-col_status').innerText())
  const code = response.locator('.highlight-code code').first()
  const body = (status === 204 ? {} : JSON.parse(await code.innerText())) as Shown
  await operation.locator('.opblock-summary').click()
  return { status, body }
}

const listTasks = (tab: Page) => send(tab, { method: 'get', path: '/api/tasks' })

describe('the documentation page in a browser', () => {
  it('shows every operation of the backend', async () => {
    await using page = await opened()
    expect(await page.tab.title()).toBe('Tasks · API docs')
    expect(await page.tab.locator('.servers-title').count()).toBe(0)
    await page.tab.getByText('Groups of tasks that belong together').waitFor()
    const shown = await page.tab.locator('.opblock-summary-path').allInnerTexts()
    const paths = Object.entries(api.openapi().paths ?? {}).flatMap(([path, item]) =>
      Object.keys(item ?? {}).map(() => path),
    )
    expect(shown.map((path) => path.replaceAll('\u200b', '')).sort()).toEqual(paths.sort())
    expect(await page.tab.locator('.opblock-summary-description').allInnerTexts()).toContain(
      'List tasks',
    )
  })

  it('refuses without a token; with one, each operation on a task succeeds at the first try', async () => {
    await using page = await opened()
    const { tab } = page
    const refused = await listTasks(tab)
    expect(refused).toMatchObject({ status: 401, body: { code: 'PLINTH_UNAUTHORIZED' } })
    await authorize(tab, token)

    const path = '/api/tasks/{id}'
    const created = await send(tab, { method: 'post', path: '/api/tasks' })
    expect(created).toMatchObject({ status: 201, body: { title: 'Title', projectId: null } })
    expect(Date.parse(created.body.dueAt)).toBeGreaterThan(Date.now())
    const { id } = created.body
    const list = await listTasks(tab)
    expect(list).toMatchObject({ status: 200, body: { items: [{ id }, first] } })
    const read = await send(tab, { method: 'get', path, id })
    expect(read).toMatchObject({ status: 200, body: { id } })
    const updated = await send(tab, { method: 'patch', path, id })
    expect(updated).toMatchObject({ status: 200, body: { id, completed: true } })
    expect((await send(tab, { method: 'delete', path, id })).status).toBe(204)

    expect(page.asked).toContain(`${origin}/openapi.json`)
    const other = page.asked.filter(
      (url) => !/^(?:data|blob):/.test(url) && !url.startsWith(`${origin}/`),
    )
    expect(other).toEqual([])
    expect(page.complaints.filter((text) => !text.includes('401'))).toEqual([])
  })

  it('has examples of bodies that the backend accepts', async () => {
    for (const path of ['/api/projects', '/api/tags']) {
      const { requestBody } = api.openapi().paths[path]!['post']!
      const body = JSON.stringify(requestBody!.content['application/json']!.example)
      const response = await fetch(`${origin}${path}`, { method: 'POST', headers, body })
      expect(response.status, path).toBe(201)
    }
  })

  it('keeps the token over a reload', async () => {
    await using page = await opened()
    await authorize(page.tab, token)
    await page.tab.reload()
    await page.tab.waitForSelector('.opblock')
    expect((await listTasks(page.tab)).status).toBe(200)
  })

  it('is dark if the user prefers it', async () => {
    const background = async (page: Awaited<ReturnType<typeof opened>>) =>
      page.tab.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
    await using light = await opened({ colorScheme: 'light' })
    await using dark = await opened({ colorScheme: 'dark' })
    expect(await background(light)).not.toBe(await background(dark))
  })

  it.each(['light', 'dark'] as const)('fits a phone, in %s', async (colorScheme) => {
    await using page = await opened({ colorScheme, viewport: phone })
    await authorize(page.tab, token)
    await listTasks(page.tab)
    expect(await page.tab.evaluate('document.documentElement.scrollWidth')).toBe(phone.width)
  })
})
