import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { dependency } from '../dependencies/dependency.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import { serve } from '../server/serve.ts'
import { app } from './app.ts'

/** Sends the beginning of a request, and resolves with everything received until the connection closes. */
function received(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
    onTestFinished(() => void socket.destroy())
  })
}

it.each([
  ['a declared length', 'Content-Length: 100\r\n\r\n{'],
  ['chunks', 'Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n'],
])(
  'a body of %s that does not arrive before the deadline is a 408 that is not logged as an error',
  async (_what, rest) => {
    const closed: unknown[] = []
    const lines: string[] = []
    const opened = dependency(
      function* () {
        try {
          yield 1
        } catch (error) {
          closed.push(error)
          throw error
        }
      },
      { errors: [403] },
    )
    const notes = router('/notes', { dependencies: { opened } })
    const create = notes.post('/', { body: z.object({ text: z.string() }) }, ({ body }) => body)
    const slow = notes.get('/slow', {}, () => new Promise<never>(() => {}))
    const log = createLogger({
      level: 'debug',
      format: 'json',
      destination: { write: (line) => lines.push(line) },
    })
    const api = app({
      title: 'Notes',
      log,
      limits: { deadline: 200 },
      routes: { n: { create, slow } },
    })
    const server = await serve(api, {
      port: 0,
      signals: false,
      // The connection of a body that never arrives is closed by the server's own timeout.
      limits: { checkInterval: 20, requestTimeout: 1000, headersTimeout: 1000 },
    })
    onTestFinished(() => server.close())
    const type = 'Content-Type: application/json\r\n'
    const answer = await received(server.port, `POST /notes HTTP/1.1\r\nHost: a\r\n${type}${rest}`)
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(answer).toContain('"code":"PLINTH_REQUEST_TIMEOUT"')
    expect(answer).toContain('The body did not arrive within 200 ms')
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
    expect(closed).toMatchObject([{ status: 408 }])
    expect(lines.filter((line) => /"level":"(?:error|warn)"/.test(line))).toEqual([])
    // A handler that takes too long is still the fault of the server.
    expect((await fetch(`${server.url}/notes/slow`)).status).toBe(503)
  },
)
