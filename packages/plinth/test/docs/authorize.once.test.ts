// @module-tag chromium
// Authorize in the documentation page, and Scalar, in a real browser.
import {
  apiKey,
  app,
  basic,
  constantTimeEqual,
  createLogger,
  createToken,
  jwt,
  oauth2Password,
  passwordGrant,
  requireScope,
  router,
  serve,
} from 'plinth'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'
import { keptBy, openDocs, signIn, tryOut } from './open-docs.ts'

const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'
const password = 'correct horse'
const key = 'k-20261130'
const log = createLogger({ level: 'silent' })

const isPassword = (username: string, sent: string): boolean =>
  constantTimeEqual(username, 'ann') && constantTimeEqual(sent, password)
const user = requireScope(
  jwt({
    secret,
    from: oauth2Password({ tokenUrl: '/token', scopes: { 'tasks:read': 'Read tasks' } }),
  }),
  'tasks:read',
)
const admin = basic({
  realm: 'admin',
  verify: ({ username, password }) => isPassword(username, password) && { id: username },
})
const machine = apiKey('x-api-key', {
  verify: (sent) => constantTimeEqual(sent, key) && { id: 'machine' },
})
const main = router('')
const routes = {
  main: {
    me: main.get('/me', { dependencies: { user } }, (context) => context.user.id),
    reports: main.get('/reports', { dependencies: { admin } }, (context) => context.admin.id),
    jobs: main.get('/jobs', { dependencies: { machine } }, (context) => context.machine.id),
    token: main.post(
      '/token',
      ...passwordGrant({}, async ({ grant }) => {
        if (!isPassword(grant.username, grant.password)) return null
        const claims = { scope: grant.scopes.join(' ') }
        return { accessToken: await createToken(secret, { sub: grant.username, claims }) }
      }),
    ),
  },
}
const make = (docs: object) => app({ title: 'Schemes', routes, log, docs })
const swagger = await serve(make({ ui: { docExpansion: 'full', oauth: { clientId: 'docs' } } }), {
  port: 0,
  hostname: '127.0.0.1',
  signals: false,
})
const scalar = await serve(make({ reference: 'scalar' }), {
  port: 0,
  hostname: '127.0.0.1',
  signals: false,
})

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  await swagger.close()
  await scalar.close()
})

const base64 = Buffer.from(`ann:${password}`).toString('base64')

async function authorize(tab: Page, scheme: string, fill: (dialog: Locator) => Promise<void>) {
  await tab.click('.btn.authorize')
  const dialog = tab.locator('.auth-container', { has: tab.locator(`h4:has-text("${scheme}")`) })
  await fill(dialog)
  await signIn(dialog)
  await tab.click('.btn-done')
}

const enterPassword = async (dialog: Locator): Promise<void> => {
  await dialog.locator('input[type=text]').first().fill('ann')
  await dialog.locator('input[type=password]').first().fill(password)
}

describe('Authorize in Swagger UI', () => {
  it('signs in with user name and password, and keeps the token over a reload, but no password', async () => {
    await using page = await openDocs(browser, swagger.url, '.opblock')
    await authorize(page.tab, 'oauth2Password', async (dialog) => {
      await enterPassword(dialog)
      await dialog.locator('.scopes label').first().click()
    })
    expect(await tryOut(page.tab, '/me')).toContain('200')
    const stored = await keptBy(page.tab)
    expect(stored).toContain('access_token')
    expect(stored).not.toContain(password)
    expect(stored).not.toContain(base64)
    await page.tab.reload()
    await page.tab.waitForSelector('.opblock')
    expect(await tryOut(page.tab, '/me')).toContain('200')
    expect(page.foreign).toEqual([])
    expect(page.complaints).toEqual([])
  })

  it('shows why a wrong password was refused, and keeps nothing', async () => {
    await using page = await openDocs(browser, swagger.url, '.opblock')
    await page.tab.click('.btn.authorize')
    const dialog = page.tab.locator('.auth-container', {
      has: page.tab.locator('h4:has-text("oauth2Password")'),
    })
    await dialog.locator('input[type=text]').first().fill('ann')
    await dialog.locator('input[type=password]').first().fill('wrong password')
    await dialog.locator('button.authorize').click()
    expect(await page.tab.locator('.auth-container .errors').first().innerText()).toContain(
      'error: invalid_grant',
    )
    expect(await keptBy(page.tab)).not.toContain('wrong password')
  })

  it('sends Basic credentials, and keeps none of them', async () => {
    await using page = await openDocs(browser, swagger.url, '.opblock')
    await authorize(page.tab, 'basic', enterPassword)
    expect(await tryOut(page.tab, '/reports')).toContain('200')
    const stored = await keptBy(page.tab)
    expect(stored).not.toContain(password)
    expect(stored).not.toContain(base64)
    expect(page.complaints).toEqual([])
  })

  it('sends an API key, also after a reload, beside a password that it forgets', async () => {
    await using page = await openDocs(browser, swagger.url, '.opblock')
    await authorize(page.tab, 'basic', enterPassword)
    await authorize(page.tab, 'apiKey_x-api-key', (dialog) => dialog.locator('input').fill(key))
    expect(await tryOut(page.tab, '/jobs')).toContain('200')
    await page.tab.reload()
    await page.tab.waitForSelector('.opblock')
    expect(await tryOut(page.tab, '/jobs')).toContain('200')
    expect(await keptBy(page.tab)).not.toContain(password)
    expect(page.foreign).toEqual([])
    expect(page.complaints).toEqual([])
  })
})

describe('Scalar', () => {
  it('shows the operations with its styles, calls no other host, and keeps no password', async () => {
    await using page = await openDocs(browser, scalar.url, '.scalar-app')
    const { tab } = page
    await tab.getByText('Reports').first().waitFor()
    expect(await tab.title()).toBe('Schemes · API docs')
    // An unstyled page has the browser's own font.
    const font = 'getComputedStyle(document.querySelector(".scalar-app")).fontFamily'
    expect(await tab.evaluate<string>(font)).toContain('sans-serif')
    await tab.getByRole('button', { name: 'Select Auth Type' }).click()
    await tab.getByRole('option', { name: 'basic' }).first().click()
    await tab.keyboard.press('Escape')
    await tab.locator('input.scalar-password-input').first().fill(password)
    await tab.reload()
    await tab.getByText('Reports').first().waitFor()
    expect(await keptBy(tab)).not.toContain(password)
    expect(page.foreign).toEqual([])
    // It inserts the styles that it was given as a file, and the content security policy refuses that.
    expect(page.complaints.filter((text) => !text.includes('style-src'))).toEqual([])
  })
})
