// @module-tag chromium
// The documentation page of the reference backend in a real browser.
import { createToken, serve } from 'plinth'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'

vi.stubEnv('DATABASE_URL', 'pglite:memory')
vi.stubEnv('BETTER_AUTH_SECRET', 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo')
const { api } = await import('../../../../apps/api/src/api.ts')
const { env } = await import('../../../../apps/api/src/env.ts')

const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
const origin = server.url
const token = await createToken(env.BETTER_AUTH_SECRET, { sub: 'ann', expiresIn: 600 })

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ title: 'Read the documentation' })
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
  await tab.click('.auth-container button.authorize')
  await tab.click('.btn-done')
}

/** The response that "Try it out" of `GET /api/tasks` shows. */
async function listTasks(tab: Page): Promise<{ status: string; body: string }> {
  const operation = tab.locator('.opblock-get', { has: tab.locator('[data-path="/api/tasks"]') })
  await operation.locator('.opblock-summary').click()
  await operation.locator('.execute').click()
  const response = operation.locator('.live-responses-table .response')
  return {
    status: await response.locator('.response-col_status').innerText(),
    body: await response.locator('.highlight-code code').first().innerText(),
  }
}

describe('the documentation page in a browser', () => {
  it('shows every operation of the backend', async () => {
    await using page = await opened()
    expect(await page.tab.title()).toBe('Tasks')
    const shown = await page.tab.locator('.opblock-summary-path').allInnerTexts()
    const paths = Object.entries(api.openapi().paths ?? {}).flatMap(([path, item]) =>
      Object.keys(item ?? {}).map(() => path),
    )
    expect(shown.map((path) => path.replaceAll('\u200b', '')).sort()).toEqual(paths.sort())
    expect(await page.tab.locator('.opblock-summary-description').allInnerTexts()).toContain(
      'List tasks',
    )
  })

  it('lists the tasks of the authorized user, calls no other host and violates no policy', async () => {
    await using page = await opened()
    await authorize(page.tab, token)
    const { status, body } = await listTasks(page.tab)
    expect(status).toContain('200')
    expect(JSON.parse(body)).toMatchObject({ items: [{ title: 'Read the documentation' }] })
    expect(page.asked).toContain(`${origin}/openapi.json`)
    expect(page.asked.some((url) => url.startsWith(`${origin}/api/tasks?`))).toBe(true)
    expect(
      page.asked.filter((url) => !/^(?:data|blob):/.test(url) && !url.startsWith(`${origin}/`)),
    ).toEqual([])
    expect(page.complaints).toEqual([])
  })

  it('shows a 401 without authorization', async () => {
    await using page = await opened()
    const { status, body } = await listTasks(page.tab)
    expect(status).toContain('401')
    expect(JSON.parse(body)).toMatchObject({ code: 'PLINTH_UNAUTHORIZED' })
  })

  it('keeps the token over a reload', async () => {
    await using page = await opened()
    await authorize(page.tab, token)
    await page.tab.reload()
    await page.tab.waitForSelector('.opblock')
    expect((await listTasks(page.tab)).status).toContain('200')
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
