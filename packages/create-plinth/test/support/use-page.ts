import type { Browser } from 'playwright-core'

/** The observations of a user on the page of a service with accounts. */
export interface Seen {
  /** The message for a wrong password. */
  readonly problem: string | null
  /** The notes after a reload. */
  readonly notes: readonly string[]
  /** The session cookie. */
  readonly cookie: { readonly httpOnly: boolean; readonly sameSite: string }
  /** The scripts that failed, and the files that were refused or missing. */
  readonly failures: readonly string[]
}

/** Signs up from a deep link, adds a note, reloads the page, and signs out, in again and out, as a user would. */
export async function usePage(browser: Browser, url: string, email: string): Promise<Seen> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const failures: string[] = []
  page.on('pageerror', ({ message }) => failures.push(message))
  page.on('console', (message) => {
    if (/Content Security Policy|404/.test(message.text())) failures.push(message.text())
  })
  await page.goto(`${url}/a/deep/link`)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  const problem = await page.getByRole('alert').filter({ hasText: /./ }).textContent()
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByLabel('New note').fill('Milk')
  await page.getByRole('button', { name: 'Add' }).click()
  const note = page.getByRole('listitem').filter({ hasText: 'Milk' })
  await note.waitFor()
  await page.reload()
  await note.waitFor()
  const notes = await page.getByRole('listitem').allTextContents()
  const [cookie] = await context.cookies()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await note.waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await context.close()
  if (cookie === undefined) throw new Error('the page set no cookie')
  return { problem, notes, cookie, failures }
}
