// @module-tag chromium
// The WebSockets of an app on its documentation page, in a real browser.
import { app, bearer, dependency, router, serve, type ServerHandle } from 'plinth'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import { createLogger } from '../../src/logging/logger.ts'
import { openBrowser } from '../support/open-browser.ts'

const Said = z
  .object({ text: z.string(), tags: z.array(z.enum(['a', 'b'])).optional() })
  .meta({ id: 'Said' })
const user = dependency({ token: bearer() }, ({ token }) => token)
const rooms = router('/rooms')
const room = rooms.socket(
  '/:room',
  {
    query: z.object({ loud: z.boolean().default(false) }),
    receive: Said,
    send: Said.extend({ at: z.date(), user: z.string() }),
    dependencies: { user },
    closes: { 4001: 'The room was closed' },
    summary: 'Talk in a room',
  },
  async function* ({ incoming, params, query, user }) {
    for await (const { text } of incoming)
      yield { text: `${params.room} ${query.loud} ${text}`, at: new Date(0), user }
  },
)
const log = createLogger({ level: 'silent', format: 'json', destination: { write: () => true } })
const start = (reference: 'swagger-ui' | 'scalar'): Promise<ServerHandle> =>
  serve(app({ title: 'Chat', routes: { rooms: { room } }, docs: { reference }, log }), {
    port: 0,
    hostname: '127.0.0.1',
    signals: false,
  })

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

it.each(['swagger-ui', 'scalar'] as const)(
  'the page lists a WebSocket, connects, sends, and shows what arrives: %s',
  async (reference) => {
    const server = await start(reference)
    const tab = await browser.newPage()
    const complaints: string[] = []
    tab.on('pageerror', (error) => complaints.push(error.message))
    tab.on('console', (message) => {
      // Scalar would like to style itself, which the page's policy refuses.
      const isScalar = reference === 'scalar' && message.text().includes('inline style')
      if (message.type() === 'error' && !isScalar) complaints.push(message.text())
    })
    await tab.goto(`${server.url}/docs`)
    const socket = tab.locator('#websockets .socket')
    expect(await socket.locator('summary').innerText()).toBe('WS /rooms/{room} Talk in a room')
    await socket.locator('summary').click()
    const messages = await socket.locator('pre').allInnerTexts()
    expect(messages[0]).toBe('{\n  text: string\n  tags?: ("a" | "b")[]\n}')
    expect(messages[1]).toContain('at: string (date-time)')
    expect(await socket.locator('td').allInnerTexts()).toEqual(
      expect.arrayContaining(['room *', 'path', 'loud', '4001', 'The room was closed']),
    )

    await socket.locator('input[name=room]').fill('lob by')
    await socket.locator('input[name=loud]').fill('true')
    await socket.locator('input[name=token]').fill('ann/=')
    await socket.getByRole('button', { name: 'Connect' }).click()
    await socket.locator('textarea').fill('{"text":"Hello"}')
    await socket.getByRole('button', { name: 'Send' }).click()
    const lines = socket.locator('.socket-log li')
    await lines.filter({ hasText: 'received' }).waitFor()
    await socket.getByRole('button', { name: 'Close' }).click()
    await lines.filter({ hasText: 'closed' }).waitFor()
    expect(await lines.allInnerTexts()).toEqual([
      `open ${server.url.replace('http', 'ws')}/rooms/lob%20by?loud=true`,
      'sent {"text":"Hello"}',
      'received {"text":"lob by true Hello","at":"1970-01-01T00:00:00.000Z","user":"ann/="}',
      'closed 1000',
    ])
    expect(complaints).toEqual([])
    await tab.close()
    await server.close()
  },
)
