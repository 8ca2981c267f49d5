// @module-tag chromium
// The data views of the development page in a real browser, on a service of `plinth dev`.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityProblems } from '../support/accessibility-problems.ts'
import { secret, type CliProject, type Run } from '../support/cli-project.ts'
import { openBrowser } from '../support/open-browser.ts'
import { secretTexts, shopService } from './shop-service.ts'

let project: CliProject
let dev: Run
let origin: string
let browser: Browser
beforeAll(async () => {
  project = shopService()
  dev = project.run(['dev', '--port', '0'], { env: { BETTER_AUTH_SECRET: secret } })
  ;[, origin = ''] = await dev.until(/API +(http:\/\/localhost:\d+)/)
  await dev.until(/Press Ctrl-C to stop/)
  for (const item of ['milk', 'fog']) {
    const ordered = await fetch(`${origin}/api/items/${item}/order`, { method: 'POST' })
    expect(ordered.status).toBe(202)
  }
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await dev?.[Symbol.asyncDispose]()
  project?.[Symbol.dispose]()
})

const first = '00000000-0000-7000-8000-000000000101'
const row = `tables/items/row?key=${encodeURIComponent(JSON.stringify({ id: first }))}`

/** The page in a browser, with everything that went wrong and all texts that arrived. */
async function opened(look: Parameters<Browser['newContext']>[0] = {}) {
  const context = await browser.newContext(look)
  const page = await context.newPage()
  const complaints: string[] = []
  const bodies: Promise<string>[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) complaints.push(`asked for ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.url().includes('/api/')) bodies.push(response.text().catch(() => ''))
  })
  await page.goto(`${origin}/_plinth`)
  return { page, complaints, bodies, [Symbol.asyncDispose]: () => context.close() }
}

/** Opens a view by its address, and waits for a text of it. */
async function view(page: Page, hash: string, text: string | RegExp): Promise<void> {
  await page.goto(`${origin}/_plinth#/${hash}`)
  await page.locator('main').getByText(text).first().waitFor()
}

/** Every view, and a text that shows that it was loaded. */
const views: readonly (readonly [hash: string, text: string | RegExp])[] = [
  ['tables', '3 tables'],
  ['tables/items?filter=price:gt:570&sort=-price', 'Item 60'],
  // few rows beside it: axe looks at each cell
  [`${row}&filter=price:lt:30`, 'Review the change'],
  ['tables/items/new?filter=price:lt:30', 'Review the insert'],
  ['models', '1 difference'],
  ['routes', '2 routes'],
  ['routes/shop.order', 'Try it in the documentation'],
  ['jobs/restock', 'dead letter'],
  ['mail/1', 'See your order'],
  ['settings', 'BETTER_AUTH_SECRET'],
]

describe('the data views of the development page', () => {
  it('are accessible in light and dark, on a desk and on a phone, and ask no other host for anything', async () => {
    for (const look of [
      { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
      { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
    ] as const) {
      await using tab = await opened(look)
      const found: string[] = []
      const isFull = look.colorScheme === 'light'
      for (const [hash, text] of views.filter((_, at) => isFull || at % 2 === 0)) {
        await view(tab.page, hash, text)
        if (hash === 'models') await tab.page.locator('.graph-svg .node').first().waitFor()
        // The elements are the same on the phone: only their colors and sizes differ.
        const rules = look.colorScheme === 'dark' ? ['color-contrast'] : undefined
        const problems = await accessibilityProblems(tab.page, rules)
        found.push(
          ...problems.map(
            ({ id, nodes }) => `${look.colorScheme} ${hash}: ${id}: ${nodes[0]?.html ?? ''}`,
          ),
        )
        const wider = await tab.page.evaluate<number>('document.documentElement.scrollWidth')
        expect(wider, hash).toBeLessThanOrEqual(look.viewport.width)
      }
      expect(found).toEqual([])
      expect(tab.complaints).toEqual([])
      const texts = (await Promise.all(tab.bodies)).filter((each) => !each.includes('migrations'))
      expect(texts.length).toBeGreaterThan(5)
      for (const each of [...secretTexts, secret]) expect(texts.join('\n')).not.toContain(each)
    }
  })

  it('are checked by axe, which finds an image without a text and a color that is hard to read', async () => {
    await using context = await browser.newContext()
    const page = await context.newPage()
    await page.setContent(
      '<html lang="en"><title>A</title><main><h1>A</h1><img src="a.png"><p style="color: #ddd">Hard to read',
    )
    const ids = async (rules?: string[]) =>
      (await accessibilityProblems(page, rules)).map(({ id }) => id)
    expect(await ids()).toEqual(['color-contrast', 'image-alt'])
    expect(await ids(['color-contrast'])).toEqual(['color-contrast'])
  })

  it('change a row after its statement was shown, and tell when the database refuses', async () => {
    await using tab = await opened()
    const { page } = tab
    await view(page, row, 'Review the change')
    await page.getByLabel('name', { exact: true }).fill('x'.repeat(61))
    await page.getByText('Review the change').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('update "public"."items"').waitFor()
    await dialog.getByText('Change the row').click()
    await dialog.getByText(/value too long/).waitFor()
    await dialog.getByText('Cancel').click()
    await page.getByLabel('name', { exact: true }).fill('Oat milk')
    await page.getByText('Review the change').click()
    await dialog.getByText('Change the row').click()
    await page.getByText('The row was changed').waitFor()
    await page.getByRole('cell', { name: 'Oat milk' }).waitFor()
    await page.getByText('Delete this row').click()
    await dialog.getByText('delete from "public"."items"').waitFor()
    await dialog.getByText('Delete the row').click()
    await page.getByText('The row was deleted').waitFor()
    await page.getByRole('cell', { name: 'Oat milk' }).waitFor({ state: 'detached' })
    // the browser logs the refused change, and nothing else
    expect(tab.complaints.filter((each) => !each.includes('409'))).toEqual([])
  })

  it('follow references, in both directions', async () => {
    await using tab = await opened()
    const { page } = tab
    await view(page, 'tables/items?sort=price', 'Item 2')
    await page.locator('.cell[href*="shops"]').first().click()
    await page.getByRole('cell', { name: 'Corner shop' }).waitFor()
    await page.getByRole('link', { name: /^Edit the row/ }).click()
    await page.getByRole('link', { name: 'items.shop_id' }).click()
    await page.getByRole('cell', { name: 'Item 2', exact: true }).waitFor()
  })

  it('show a diagram that is moved and zoomed by keyboard, and that exists as text', async () => {
    await using tab = await opened()
    const { page } = tab
    await view(page, 'models', '20260102000000_first_rows')
    const svg = page.locator('.graph-svg')
    const box = () => svg.getAttribute('viewBox')
    await svg.locator('.node').first().waitFor()
    await page.locator('.graph-frame').focus()
    const fitted = await box()
    await page.keyboard.press('ArrowRight')
    const moved = await box()
    await page.keyboard.press('+')
    const zoomed = await box()
    expect(new Set([fitted, moved, zoomed]).size).toBe(3)
    await page.keyboard.press('0')
    expect(await box()).toBe(fitted)
    await page.getByText('As text').click()
    expect(await page.locator('.graph-text p').innerText()).toContain(
      'items.shop_id refers to shops: many to zero or one',
    )
    await svg.getByRole('link', { name: 'shops' }).click()
    await page.getByRole('cell', { name: 'Corner shop' }).waitFor()
  })

  it('run a failed job again, after a confirmation', async () => {
    await using tab = await opened()
    const { page } = tab
    await view(page, 'jobs/restock', 'dead letter')
    await page.locator('details.entry', { hasText: 'dead letter' }).locator('summary').click()
    await page.getByText('Fog is out of stock').first().waitFor()
    await page.getByRole('button', { name: 'Run it again' }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Run it again' }).click()
    await page.getByText('The job runs again').waitFor()
    expect(tab.complaints).toEqual([])
  })

  it('find a route by a dependency, and show nothing of an email but its text and its safe links', async () => {
    await using tab = await opened()
    const { page } = tab
    await view(page, 'routes', '2 routes')
    await page.getByRole('searchbox').fill('post customer')
    await page.getByText('1 of 2 routes').waitFor()
    await view(page, 'mail/1', 'See your order')
    const links = page.locator('.mail-content a')
    expect(await links.evaluateAll((all) => all.map((each) => each.getAttribute('href')))).toEqual([
      'https://example.com/orders/1',
    ])
    expect(await page.locator('.mail-content').innerText()).toContain('[logo]')
    expect(await page.title()).toBe('Mail · Shop')
    expect(tab.complaints).toEqual([])
  })
})

describe('a write of the development page', () => {
  const change = { kind: 'delete', key: { id: first } }
  const paths = ['/tables/items/plan', '/tables/items/change', '/jobs/x/retry', '/jobs/x/cancel']

  it('needs the token of the page, and its origin', async () => {
    const page = await (await fetch(`${origin}/_plinth`)).text()
    const [, token = ''] = /name="plinth-token" content="([^"]+)"/.exec(page) ?? []
    expect(token).not.toBe('')
    const post = (path: string, headers: Record<string, string>) =>
      fetch(`${origin}/_plinth/api${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(change),
      })
    for (const path of paths)
      for (const headers of [
        {},
        { 'x-plinth-token': '' },
        { 'x-plinth-token': `${token.slice(1)}x` },
        { 'x-plinth-token': token, origin: 'http://localhost:3000' },
        { 'x-plinth-token': token, 'sec-fetch-site': 'cross-site' },
      ])
        expect((await post(path, headers)).status, path).toBe(403)
    expect((await post('/tables/items/plan', { 'x-plinth-token': token })).status).toBe(200)
    // a plan alone changes nothing, and a change needs what the plan signed
    expect((await post('/tables/items/change', { 'x-plinth-token': token })).status).toBe(422)
  })
})
