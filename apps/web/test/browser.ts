import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityProblems } from '../../../packages/plinth/test/support/accessibility-problems.ts'

/** A user's browser window, and the errors of its console. */
export interface Visitor {
  readonly page: Page
  /** Without the browser's own lines for responses below 500, which are expected. */
  readonly complaints: string[]
}

export async function visitor(
  browser: Browser,
  origin: string,
  look: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 860 },
    reducedMotion: 'reduce',
    baseURL: origin,
    ...look,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const text = message.text()
    const isNoise = /server responded with a status of 4\d\d/.test(text)
    if (['error', 'warning'].includes(message.type()) && !isNoise) complaints.push(text)
  })
  return { page, complaints }
}

export interface Account {
  readonly name: string
  readonly email: string
  readonly password: string
}

export async function signUp(page: Page, { name, email, password }: Account): Promise<void> {
  await page.goto('/sign-up', { waitUntil: 'networkidle' })
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor()
}

export async function signIn(page: Page, { email, password }: Account): Promise<void> {
  await page.goto('/sign-in', { waitUntil: 'networkidle' })
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor()
}

/** Opens the tasks page, and waits until it shows the tasks. Its stream of changes stays open, so it is never idle. */
export async function openTasks(page: Page): Promise<void> {
  await page.goto('/')
  await page.locator('.task, .state').first().waitFor()
}

/** Enters a task in the top line, and waits until the API has it. */
export async function addTask(page: Page, title: string): Promise<void> {
  await page.getByLabel('New task', { exact: true }).fill(title)
  await page.keyboard.press('Enter')
  await rowOf(page, title).and(page.locator(':not([aria-busy])')).waitFor()
}

export const rowOf = (page: Page, title: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('button', { name: title, exact: true }) })

/** Returns the titles of the listed tasks, from the top. */
export const titles = (page: Page): Promise<string[]> =>
  page.locator('.task .task-title').allInnerTexts()

/** Returns the descriptions of the fields that are marked as invalid, by label. */
export const problemsOf = (page: Page): Promise<Record<string, string>> =>
  page
    .locator('[aria-invalid=true]')
    .evaluateAll((fields) =>
      Object.fromEntries(
        (fields as HTMLInputElement[]).map((field) => [
          field.labels?.[0]?.textContent ?? '',
          document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent ?? '',
        ]),
      ),
    )

/** Runs axe on the current page. `shot` names a screenshot to keep, if a folder is given. */
export async function expectAccessible(page: Page, shot: string): Promise<void> {
  const folder = process.env['WEB_SCREENSHOTS']
  if (folder) await page.screenshot({ path: `${folder}/${shot}.png` })
  const problems = await accessibilityProblems(page)
  const found = problems.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(', ')}`)
  expect(found, `accessibility of ${shot}`).toEqual([])
}
