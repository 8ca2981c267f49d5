// @module-tag chromium
// The deployed frontend in a real browser, with the real API.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addTask,
  expectAccessible,
  openTasks,
  problemsOf,
  rowOf,
  signIn,
  signUp,
  titles,
  visitor,
  type Visitor,
} from './browser.ts'
import { openBrowser } from '../../../packages/plinth/test/support/open-browser.ts'
import { forgottenPassword } from './forgotten-password.ts'
import { startMailService } from './mail-service.ts'
import { offlineNotices } from './offline-notices.ts'
import { reminders } from './reminders.ts'
import { tagsInDialog } from './tags-in-dialog.ts'
import { twoWindows } from './two-windows.ts'
import { root, run, shell, type Environment, type Running } from './children.ts'
import { freePort } from '../../../scripts/test/free-port.ts'

const web = join(root, 'apps/web')
const next = join(root, 'node_modules/next/dist/bin/next')
const directory = mkdtempSync(join(tmpdir(), 'plinth-web-'))
const build = `.next-test-${randomBytes(4).toString('hex')}`
const ada = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'analytical engine' }
const bob = { name: 'Bob', email: 'bob@example.com', password: 'correct horse battery' }

let origin = ''
let apiUrl = ''
let env: Environment
let api: Running
let site: Running
let browser: Browser
let mailService: Awaited<ReturnType<typeof startMailService>>

const startApi = async (): Promise<void> => {
  api = run(process.execPath, ['apps/api/src/main.ts'], { env })
  await api.says(/Tasks API on/)
}

beforeAll(async () => {
  const [webPort, apiPort] = [await freePort(), await freePort()]
  origin = `http://localhost:${webPort}`
  apiUrl = `http://localhost:${apiPort}`
  mailService = await startMailService('a-key')
  env = shell({
    WEB_BUILD_DIR: build,
    BETTER_AUTH_URL: origin,
    BETTER_AUTH_SECRET: randomBytes(32).toString('base64url'),
    AUTH_DATABASE_URL: `pglite:${directory}/auth`,
    DATABASE_URL: `pglite:${directory}/api`,
    NEXT_PUBLIC_API_URL: apiUrl,
    CORS_ORIGINS: origin,
    GITHUB_CLIENT_ID: 'a-client',
    GITHUB_CLIENT_SECRET: 'a-word',
    MAIL_API_URL: mailService.url,
    MAIL_API_KEY: 'a-key',
    MAIL_FROM: 'Tasks <tasks@example.com>',
    PORT: String(apiPort),
  })
  const built = run(process.execPath, [next, 'build'], { cwd: web, env })
  await Promise.all([built.says(/\(Dynamic\)/), startApi()])
  expect(await built.ended).toBe(0)
  const args = [next, 'start', '--port', String(webPort), '--hostname', 'localhost']
  site = run(process.execPath, args, { cwd: web, env })
  await site.says(/Ready in/)
  // responds once the database is created
  expect((await fetch(`${origin}/api/auth/ok`)).status).toBe(200)
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  await Promise.all([site?.stop(), api?.stop()])
  mailService?.[Symbol.dispose]()
  rmSync(join(web, build), { recursive: true, force: true })
  rmSync(directory, { recursive: true, force: true })
})

const calm = ({ complaints }: Visitor): void => expect(complaints).toEqual([])

describe('sign-in and access', () => {
  it('anonymous visitors are redirected to sign in; missing input is shown next to its field', async () => {
    const guest = await visitor(browser, origin)
    const { page } = guest
    await page.goto('/', { waitUntil: 'networkidle' })
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    expect(await page.title()).toBe('Sign in · Tasks')
    await expectAccessible(page, 'sign-in')
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByLabel('Name').and(page.locator('[aria-invalid=true]')).waitFor()
    for (const label of ['Name', 'Email', 'Password'])
      expect(await page.getByLabel(label).getAttribute('aria-invalid')).toBe('true')
    await expectAccessible(page, 'sign-up')
    calm(guest)
  })

  it('all fields with a problem are marked at once, and the first has the focus', async () => {
    const guest = await visitor(browser, origin)
    const { page } = guest
    const expectMarked = async (expected: Readonly<Record<string, string>>): Promise<void> => {
      await expect.poll(() => problemsOf(page)).toEqual(expected)
      const [first] = Object.keys(expected)
      expect(await page.getByLabel(first!).evaluate((e) => e === document.activeElement)).toBe(true)
    }
    const email = 'Enter a valid email address'
    const password = 'Eight characters or more'
    await page.goto('/sign-up', { waitUntil: 'networkidle' })
    const signUpButton = page.getByRole('button', { name: 'Sign up' })
    await page.getByLabel('Email').fill('eve..eve@example.com')
    await page.getByLabel('Password').fill('short')
    await signUpButton.click()
    await expectMarked({ Name: 'Enter your name', Email: email, Password: password })
    await expectAccessible(page, 'sign-up-wrong')
    await page.getByLabel('Name').fill('Eve')
    await signUpButton.click()
    await expectMarked({ Email: email, Password: password })
    await page.getByLabel('Email').fill('eve@example.com')
    await page.getByLabel('Password').fill('e'.repeat(129))
    await signUpButton.click()
    await expectMarked({ Password: '128 characters or fewer' })
    await page.goto('/sign-in', { waitUntil: 'networkidle' })
    await page.getByLabel('Email').fill('eve')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expectMarked({ Email: email, Password: 'Enter your password' })
    calm(guest)
  })

  it('an address without a page is a 404 with a way back', async () => {
    const guest = await visitor(browser, origin)
    const { page } = guest
    expect((await page.goto('/no/such/page'))?.status()).toBe(404)
    expect(await page.title()).toBe('Page not found · Tasks')
    await expectAccessible(page, 'not-found')
    expect(await page.getByRole('link', { name: 'Go to your tasks' }).getAttribute('href')).toBe(
      '/',
    )
    calm(guest)
  })

  it('a page cannot be framed, and runs only its own scripts', async () => {
    const { headers } = await fetch(`${origin}/sign-in`)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/script-src 'self' 'nonce-[\w+/=]{20,}' 'strict-dynamic';/)
    expect(policy).toContain(`connect-src 'self' ${apiUrl};`)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-powered-by')).toBe(null)
  })
})

describe('the sign-in service', () => {
  const post = (path: string, from: string, body: object) =>
    fetch(`${origin}/api/auth/${path}`, {
      method: 'POST',
      headers: { origin: from, cookie: 'a=b', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  it('redirects a GitHub login to GitHub, with the return address', async () => {
    const guest = await visitor(browser, origin)
    await guest.page.goto('/sign-in', { waitUntil: 'networkidle' })
    await guest.page.getByRole('button', { name: 'Continue with GitHub' }).waitFor()
    const response = await post('sign-in/social', origin, { provider: 'github', callbackURL: '/' })
    const { url } = (await response.json()) as { url: string }
    const { host, searchParams } = new URL(url)
    expect(host).toBe('github.com')
    expect(searchParams.get('client_id')).toBe('a-client')
    expect(searchParams.get('redirect_uri')).toBe(`${origin}/api/auth/callback/github`)
    calm(guest)
  })

  it('refuses requests from other sites', async () => {
    const response = await post('sign-out', 'https://evil.example', {})
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'INVALID_ORIGIN' })
  })
})

describe('Ada', () => {
  let person: Visitor
  beforeAll(async () => {
    person = await visitor(browser, origin)
  })

  it('signs up, finds nothing yet, and adds a task that is there after a reload', async () => {
    const { page } = person
    await signUp(page, ada)
    await page.getByText('All clear').waitFor()
    await expectAccessible(page, 'tasks-empty')
    await addTask(page, 'Buy bread and milk')
    await page.reload()
    await rowOf(page, 'Buy bread and milk').waitFor()
    calm(person)
  })

  it('sees a task before the API has responded', async () => {
    const { page } = person
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    await page.route(`${apiUrl}/api/tasks`, async (route) => {
      if (route.request().method() === 'POST') await released
      await route.continue()
    })
    await page.getByLabel('New task', { exact: true }).fill('Seen at once')
    await page.keyboard.press('Enter')
    await rowOf(page, 'Seen at once').and(page.locator('[aria-busy=true]')).waitFor()
    release()
    await rowOf(page, 'Seen at once').and(page.locator(':not([aria-busy])')).waitFor()
    await page.unrouteAll({ behavior: 'wait' })
    calm(person)
  })

  it('creates projects and tags; an existing name is refused next to its field', async () => {
    const { page } = person
    await page.getByRole('link', { name: 'Projects and tags' }).click()
    await page.getByText('No projects yet').waitFor()
    await expectAccessible(page, 'labels-empty')
    const wanted = [
      ['New project', 'Home'],
      ['New project', 'Work'],
      ['New tag', 'errand'],
      ['New tag', 'calls'],
    ] as const
    for (const [label, name] of wanted) {
      await page.getByLabel(label).fill(name)
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: `Rename ${name}` }).waitFor()
    }
    await page.getByLabel('New tag').fill('calls')
    await page.keyboard.press('Enter')
    await page.getByText('This name is already in use').waitFor()
    expect(await page.getByLabel('New tag').getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByLabel('New tag').inputValue()).toBe('calls')
    await expectAccessible(page, 'labels')
    await page.getByRole('button', { name: 'Rename Work' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('Office')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Rename Office' }).waitFor()
    calm(person)
  })

  it('creates a task with the keyboard alone, and sees missing input next to its field', async () => {
    const { page } = person
    await openTasks(page)
    await page.keyboard.press('n')
    const dialog = page.getByRole('dialog', { name: 'New task' })
    await dialog.waitFor()
    await expectAccessible(page, 'dialog')
    await page.keyboard.press('Enter')
    const title = dialog.getByLabel('Title')
    await title.and(page.locator('[aria-invalid=true]')).waitFor()
    const note = await title.getAttribute('aria-describedby')
    expect(await page.locator(`[id="${note}"]`).innerText()).toBe('This cannot be empty')
    expect(await title.evaluate((field) => field === document.activeElement)).toBe(true)
    await expectAccessible(page, 'dialog-error')
    await page.keyboard.type('Call the plumber')
    await page.keyboard.press('Tab')
    await page.keyboard.type('The tap drips.')
    await page.keyboard.press('Tab')
    await page.keyboard.type('High')
    await dialog.getByLabel('Project').focus()
    await page.keyboard.type('Home')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space') // the first tag: calls
    await title.focus()
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    const row = rowOf(page, 'Call the plumber')
    await row.getByText('Home').waitFor()
    expect(await row.innerText()).toMatch(/The tap drips\.[^]*High[^]*Home[^]*calls/)
    await page.keyboard.press('/')
    expect(
      await page.getByLabel('Search tasks').evaluate((e) => e === document.activeElement),
    ).toBe(true)
    calm(person)
  })

  it('edits it: the change is shown at once and still there after a reload', async () => {
    const { page } = person
    await page.getByRole('button', { name: 'Edit Call the plumber' }).click()
    const dialog = page.getByRole('dialog', { name: 'Edit task' })
    await dialog.getByLabel('Title').fill('Call the plumber again')
    await dialog.getByLabel('Due').fill('2026-01-02')
    await dialog.getByRole('checkbox', { name: 'errand' }).check()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.reload()
    const row = rowOf(page, 'Call the plumber again')
    await row.getByText('errand').waitFor()
    expect(await row.innerText()).toContain('Overdue')
    await page.getByText('1 overdue').waitFor()
    await expectAccessible(page, 'tasks')
    calm(person)
  })

  it('finds tasks by status, priority, project, tag and words, and in another order', async () => {
    const { page } = person
    const list = async (expected: readonly string[]): Promise<void> => {
      await expect.poll(() => titles(page)).toEqual(expected)
    }
    const all = ['Call the plumber again', 'Seen at once', 'Buy bread and milk']
    await list(all)
    for (const [label, value] of [
      ['Priority', 'High'],
      ['Project', 'Home'],
      ['Tag', 'errand'],
    ] as const) {
      await page.getByLabel(label, { exact: true }).selectOption(value)
      await list([all[0]!])
      await page.getByLabel(label, { exact: true }).selectOption('')
      await list(all)
    }
    await page.getByLabel('Order').selectOption('Title')
    await list([all[2]!, all[0]!, all[1]!])
    await page.getByLabel('Search tasks').fill('bread')
    await list([all[2]!])
    expect(page.url()).toContain('q=bread')
    await page.reload()
    await list([all[2]!])
    await page.getByLabel('Search tasks').fill('no such thing')
    await page.getByText('Nothing matches').waitFor()
    await expectAccessible(page, 'tasks-none-found')
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await list([all[2]!, all[0]!, all[1]!])
    await page.getByRole('link', { name: 'Tasks', exact: true }).click()
    await list(all)
    await openTasks(page)
    calm(person)
  })

  it('completes a task, which then is among those done, and opens it again', async () => {
    const { page } = person
    await page.getByRole('checkbox', { name: 'Done: Seen at once' }).click()
    await page.getByText('Done: Seen at once').waitFor()
    await rowOf(page, 'Seen at once').waitFor({ state: 'detached' })
    await page.getByRole('radio', { name: 'Done' }).check()
    await rowOf(page, 'Seen at once').waitFor()
    await expectAccessible(page, 'tasks-done')
    await page.getByRole('checkbox', { name: 'Done: Seen at once' }).click()
    await page.getByText('Nothing done yet').waitFor()
    await page.getByRole('radio', { name: 'Open' }).check()
    await rowOf(page, 'Seen at once').waitFor()
    calm(person)
  })

  it('deletes a task, and can undo that', async () => {
    const { page } = person
    await page.getByRole('button', { name: 'Delete Seen at once' }).click()
    await rowOf(page, 'Seen at once').waitFor({ state: 'detached' })
    // until the API responds, the Undo of the last change is shown
    await page.getByText('Deleted: Seen at once').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await rowOf(page, 'Seen at once').and(page.locator(':not([aria-busy])')).waitFor()
    await page.getByRole('button', { name: 'Delete Seen at once' }).click()
    await page.getByText('Deleted: Seen at once').waitFor()
    await page.reload()
    await rowOf(page, 'Buy bread and milk').waitFor()
    expect(await titles(page)).not.toContain('Seen at once')
    calm(person)
  })

  it('deletes a project: its tasks go with it, after a question', async () => {
    const { page } = person
    await page.getByRole('link', { name: 'Projects and tags' }).click()
    await page.getByRole('button', { name: 'Delete Home' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete “Home”?' })
    await expectAccessible(page, 'dialog-delete')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Delete Home' }).click()
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete Home' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Tasks', exact: true }).click()
    await expect.poll(() => titles(page)).toEqual(['Buy bread and milk'])
    calm(person)
  })

  it('loads more of a long list', async () => {
    const { page } = person
    for (let at = 1; at <= 20; at++) await addTask(page, `Step ${at}`)
    expect((await titles(page)).length).toBe(20)
    await page.getByRole('button', { name: 'Load more' }).click()
    await rowOf(page, 'Buy bread and milk').waitFor()
    expect((await titles(page)).length).toBe(21)
    calm(person)
  })

  it('can use it on a phone and in the dark', async () => {
    const { page } = person
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    await expectAccessible(page, 'dark')
    await page.setViewportSize({ width: 360, height: 740 })
    for (const path of ['/', '/labels']) {
      await (path === '/' ? openTasks(page) : page.goto(path, { waitUntil: 'networkidle' }))
      await expectAccessible(page, `dark-phone${path.replace('/', '-')}`)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    }
    await openTasks(page)
    await page.getByRole('button', { name: 'Edit Step 20' }).click()
    await page.getByRole('dialog').waitFor()
    await expectAccessible(page, 'dark-phone-dialog')
    await page.keyboard.press('Escape')
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    await expectAccessible(page, 'phone')
    calm(person)
  })

  it('keeps no token where another page could find it, and none after signing out', async () => {
    const { page } = person
    expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0)
    expect(await page.evaluate(() => document.cookie)).toBe('')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
    await page.goto('/labels')
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    await signIn(page, ada)
    await rowOf(page, 'Step 20').waitFor()
    calm(person)
  })

  forgottenPassword({ person: () => person, account: ada, service: () => mailService })
})

describe('Bob', () => {
  let person: Visitor
  beforeAll(async () => {
    person = await visitor(browser, origin)
  })

  it('sees nothing of Ada', async () => {
    const { page } = person
    await signUp(page, bob)
    await page.getByText('All clear').waitFor()
    await page.getByRole('radio', { name: 'All' }).check()
    await page.getByText('All clear').waitFor()
    await page.goto('/labels', { waitUntil: 'networkidle' })
    await page.getByText('No projects yet').waitFor()
    await page.getByText('No tags yet').waitFor()
    calm(person)
  })

  tagsInDialog(() => person)
  offlineNotices(() => person)
  twoWindows(() => person)
  reminders(() => person)

  it('sees that the API is down, keeps the written text, and continues when it is back', async () => {
    const { page } = await visitor(browser, origin)
    await signIn(page, bob)
    await addTask(page, 'Stay calm')
    await api.stop()
    await page.getByLabel('New task', { exact: true }).fill('Written in vain')
    await page.keyboard.press('Enter')
    await page.getByText('The tasks service is not responding. Nothing was changed.').waitFor()
    expect(await page.getByLabel('New task', { exact: true }).inputValue()).toBe('Written in vain')
    await page.getByRole('checkbox', { name: 'Done: Stay calm' }).click()
    await page.getByRole('alert').getByText('Nothing was changed').waitFor()
    await page.getByRole('checkbox', { name: 'Done: Stay calm', checked: false }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'The tasks service is not responding' }).waitFor()
    await expectAccessible(page, 'api-down')
    await startApi()
    await rowOf(page, 'Stay calm').waitFor()
  })

  it('is stopped when guessing passwords', async () => {
    const person = await visitor(browser, origin)
    const { page } = person
    await page.goto('/sign-in', { waitUntil: 'networkidle' })
    await page.getByLabel('Email').fill(ada.email)
    const submit = page.getByRole('button', { name: 'Sign in' })
    const wrong = page.getByText('Email or password is wrong')
    const stopped = page.getByText('Too many attempts')
    for (let tries = 0; tries < 10 && !(await stopped.isVisible()); tries++) {
      await page.getByLabel('Password').fill(`guess number ${tries}`)
      await submit.click()
      await wrong.or(stopped).waitFor()
      await submit.and(page.locator(':enabled')).waitFor()
    }
    expect(await stopped.isVisible()).toBe(true)
    await expectAccessible(page, 'sign-in-stopped')
    calm(person)
  })
})
