// A page of `html()` in a browser, under the policy that it gets: its own style and script, a form, and text of a caller.
// @module-tag chromium
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  createLogger,
  form,
  html,
  redirect,
  router,
  serve,
  text,
  type ServerHandle,
} from 'plinth'
import { openBrowser } from '../support/open-browser.ts'

const notes: string[] = []
const pages = router('/notes')
const Note = form({ note: z.string().max(200) })
const routes = {
  list: pages.get(
    '/',
    { response: html() },
    ({ nonce }) => html`
      <!doctype html>
      <html lang="en">
        <head>
          <title>Notes</title>
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href="/notes/page.css" />
          <style>
            h1 {
              color: rgb(1, 2, 3);
            }
          </style>
        </head>
        <body>
          <h1>Notes</h1>
          <ul>
            ${notes.map((note) => html`<li>${note}</li>`)}
          </ul>
          <form method="post" action="/notes">
            <input name="note" aria-label="Note" /><button>Add</button>
          </form>
          <p></p>
          <script nonce="${nonce}">
            fetch('/notes/count')
              .then((response) => response.text())
              .then((count) => (document.querySelector('p').textContent = count + ' notes'))
          </script>
          <script>
            window.injected = true
          </script>
          <script src="https://evil.example/x.js"></script>
        </body>
      </html>
    `,
  ),
  add: pages.post('/', { body: Note, response: { 303: redirect() } }, ({ body, respond }) => {
    notes.push(body.note)
    return respond(303, '/notes')
  }),
  count: pages.get('/count', { response: text() }, () => `${notes.length}`),
  style: pages.get('/page.css', { response: text('text/css') }, () => 'p { font-weight: 900 }'),
}

let browser: Browser
let server: ServerHandle
beforeAll(async () => {
  const log = createLogger({ level: 'silent' })
  const api = app({ title: 'Notes', routes: { notes: routes }, log })
  server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

it('an HTML page has its style, runs the script with its nonce and no other, sends its form, and shows text as text', async () => {
  const context = await browser.newContext()
  const tab = await context.newPage()
  const refused: string[] = []
  const foreign: string[] = []
  tab.on('console', (message) => message.type() === 'error' && refused.push(message.text()))
  tab.on('response', (response) => {
    if (!response.url().startsWith(server.url)) foreign.push(response.url())
  })
  await tab.goto(`${server.url}/notes`)
  await tab.getByText('0 notes').waitFor()
  const styleOf = (selector: string, name: string): Promise<string> =>
    tab.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${name}`)
  expect(await styleOf('h1', 'color')).toBe('rgb(1, 2, 3)')
  expect(await styleOf('p', 'fontWeight')).toBe('900')
  expect(await tab.evaluate('window.injected')).toBeUndefined()
  expect(refused.filter((line) => !line.includes('script-src'))).toEqual([])
  expect(refused).toHaveLength(2)

  const wicked =
    '<script>window.injected = true</script><img src=x onerror="window.injected = true">'
  await tab.getByLabel('Note').fill(wicked)
  await tab.getByRole('button', { name: 'Add' }).click()
  await tab.getByText('1 notes').waitFor()
  expect(await tab.getByRole('listitem').allInnerTexts()).toEqual([wicked])
  expect(await tab.evaluate('window.injected')).toBeUndefined()
  expect(foreign.filter((url) => !url.startsWith('data:'))).toEqual([])
  await context.close()
})
