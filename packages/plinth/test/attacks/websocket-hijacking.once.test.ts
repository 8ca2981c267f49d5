// @module-tag chromium
// Cross-site WebSocket hijacking: a page of another origin opens a socket with the cookie of its visitor.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import { apiKey } from '../../src/auth/schemes/api-key.ts'
import { app } from '../../src/app/app.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { router } from '../../src/routing/router.ts'
import { serve } from '../../src/server/serve.ts'
import { openBrowser } from '../support/open-browser.ts'

let entered = 0
let logged = ''
const log = createLogger({
  level: 'debug',
  format: 'json',
  destination: { write: (line: string) => (logged += line) },
})
const session = apiKey('session', { in: 'cookie' })
const mail = router('/mail').socket(
  '/',
  { send: z.string(), dependencies: { session } },
  async function* ({ session }) {
    entered += 1
    yield `the mail of ${session}`
  },
)
const api = app({ title: 'Mail', routes: { mail: { mail } }, log })
const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })

const attacker = createServer((_, response) =>
  response.setHeader('content-type', 'text/html').end('<!doctype html><title>evil</title>'),
)
await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve))
const evil = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}`

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  attacker.closeAllConnections()
  attacker.close()
  await server.close()
})

/** The result of opening the socket from this page, in a browser that has the cookie. */
async function openFrom(url: string): Promise<string> {
  const context = await browser.newContext()
  // A cookie belongs to a host, whatever the port, so a page on another port sends it even with SameSite=Strict.
  await context.addCookies([
    { name: 'session', value: 'ann', domain: '127.0.0.1', path: '/', sameSite: 'Strict' },
  ])
  const page = await context.newPage()
  await page.goto(url)
  const script = `new Promise((resolve) => {
    const socket = new WebSocket(${JSON.stringify(`${server.url.replace('http', 'ws')}/mail`)}, ['plinth'])
    socket.onmessage = ({ data }) => resolve('received ' + data)
    socket.onclose = ({ code }) => resolve('closed with ' + code)
  })`
  const result = await page.evaluate<string>(script)
  await context.close()
  return result
}

it('a page of another port of the same host is refused, though its browser sends the cookie', async () => {
  expect(await openFrom(evil)).toBe('closed with 1006')
  expect(entered).toBe(0)
  expect(logged).toContain(evil)
  expect(logged).toContain('CSRF protection')
  expect(logged).toContain('"status":403')
})

it('a page of the own origin receives its messages', async () => {
  expect(await openFrom(`${server.url}/docs`)).toBe('received "the mail of ann"')
  expect(entered).toBe(1)
})
