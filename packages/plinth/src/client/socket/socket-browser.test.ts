// @module-tag chromium
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser } from '../../../test/support/open-browser.ts'
import { serve, type ServerHandle } from '../../server/serve.ts'
import { socketApp } from './socket.fixture.ts'
import { freePort } from '../../../../../scripts/test/free-port.ts'

// The page is on another origin than the API, like a frontend.
let html = ''
const frontend = createServer((_, response) =>
  response.setHeader('content-type', 'text/html; charset=utf-8').end(html),
)
await new Promise<void>((resolve) => frontend.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(frontend.address() as AddressInfo).port}`
const start = (port: number): Promise<ServerHandle> =>
  serve(socketApp(), { port, hostname: '127.0.0.1', signals: false })
const port = await freePort()
let server = await start(port)
const { url } = server

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  frontend.closeAllConnections()
  frontend.close()
  await server.close()
})

/** The script of the page, which notes what happens. */
const script = `
import { client, socket } from '../client.ts'
window.noted = []
let token = 'old', count = 0
const c = client(URL_OF_API, { token: (refused) => (token = refused === undefined ? token : 'new-' + ++count) })
const me = window.me = socket(c, '/rooms/me/token', {
  onDisconnect: ({ code }) => noted.push(code),
  onReconnect: () => (noted.push('again'), me.send('who')),
})
me.send('who')
for await (const message of me) noted.push(message.token)
noted.push('end')
`

async function pageScript(): Promise<string> {
  const entry = join(import.meta.dirname, 'browser-page.js')
  const text = script.replace('URL_OF_API', JSON.stringify(url))
  const built = await rolldown({
    input: entry,
    platform: 'browser',
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? text : null),
      },
    ],
  })
  const { output } = await built.generate({ format: 'es' })
  return output[0].code
}

it('in a browser, a socket continues after a restart and after being offline, with a new token if it needs one', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  html = `<!doctype html><link rel="icon" href="data:,"><script type="module">${await pageScript()}</script>`
  await page.goto(origin)
  const expected: (string | number)[] = []
  const noted = async (...next: readonly (string | number)[]): Promise<void> => {
    expected.push(...next)
    await expect.poll(() => page.evaluate('window.noted')).toEqual(expected)
  }

  // The first token is refused at the upgrade, which the page sees as 1006.
  await noted('new-1')

  await server.close()
  await noted(1012)
  server = await start(port)
  await noted('again', 'new-1')

  await context.setOffline(true)
  await noted(1006)
  await context.setOffline(false)
  await noted('again', 'new-1')

  await page.evaluate(`window.me.send('renew')`)
  await noted(4401, 'again', 'new-2')

  await page.evaluate('window.me.close()')
  await noted('end')
  expect(faults).toEqual([])
})
