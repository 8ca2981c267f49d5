import type { Browser, Locator, Page } from 'playwright-core'

/** Opens the documentation page of a server, and collects its requests to other hosts and its errors. */
export async function openDocs(browser: Browser, origin: string, ready: string) {
  const context = await browser.newContext()
  const tab = await context.newPage()
  const foreign: string[] = []
  const complaints: string[] = []
  tab.on('request', (request) => {
    const url = request.url()
    if (!/^(?:data|blob):/.test(url) && !url.startsWith(`${origin}/`)) foreign.push(url)
  })
  tab.on('pageerror', (error) => complaints.push(error.message))
  tab.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await tab.goto(`${origin}/docs`)
  await tab.waitForSelector(ready)
  return { tab, foreign, complaints, [Symbol.asyncDispose]: () => context.close() }
}

/** Everything that a page keeps in the browser. */
export const keptBy = (tab: Page): Promise<string> =>
  tab.evaluate<string>(
    'JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])',
  )

/** Calls an operation with "Try it out" of Swagger UI, and returns the status that it shows. */
export async function tryOut(tab: Page, path: string): Promise<string> {
  const operation = tab.locator('.opblock-get', { has: tab.locator(`[data-path="${path}"]`) })
  // The response of the last time stays on the page until the next one has come.
  const clear = operation.locator('.btn-clear')
  if (await clear.isVisible()) {
    await clear.click()
    await operation.locator('.live-responses-table').waitFor({ state: 'detached' })
  }
  const status = operation.locator('.live-responses-table .response .response-col_status')
  // Swagger UI loses a click that comes while it draws the operation again.
  for (let tries = 1; ; tries += 1) {
    await operation.locator('.execute').click()
    try {
      return await status.innerText({ timeout: 20_000 })
    } catch (error) {
      if (tries === 5) throw error
    }
  }
}

/** Presses Authorize in a dialog of Swagger UI that is filled in, and waits until it has signed in. */
export async function signIn(dialog: Locator): Promise<void> {
  const signedIn = dialog.locator('button:has-text("Logout")')
  // Swagger UI loses a click that comes while it draws the dialog again.
  for (let tries = 1; ; tries += 1) {
    if (await signedIn.isVisible()) return
    await dialog.locator('button.authorize').click()
    try {
      return await signedIn.waitFor({ timeout: 20_000 })
    } catch (error) {
      if (tries === 5) throw error
    }
  }
}
