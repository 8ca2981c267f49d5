import { connect } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { createLogger } from '../logging/logger.ts'
import { serve, type Servable, type ServeOptions, type ServerHandle } from './serve.ts'

/** The `fetch` of a test's app. */
export type Fetch = Servable['fetch']
/** Responds with a greeting. */
export const hello: Fetch = () =>
  new Response('hello', { headers: { 'content-type': 'text/plain' } })

/** The server of one test, and its log lines. */
export interface Started {
  server: ServerHandle
  lines: string[]
}

/** Starts a server on a free port, until the test is over. */
export async function start(
  fetch: Fetch = hello,
  options: ServeOptions = {},
  more: Partial<Servable> = {},
): Promise<Started> {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  const log = createLogger({ level: 'debug', format: 'json', destination })
  const server = await serve({ fetch, log, ...more }, { port: 0, signals: false, ...options })
  onTestFinished(() => server.close())
  return { server, lines }
}

/** Sends bytes, and resolves with everything that the server sent before it closed the connection. */
export function exchange(server: ServerHandle, ...parts: (string | Buffer)[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let received = ''
  const socket = connect(server.port, '127.0.0.1', () => {
    for (const part of parts) socket.write(part)
  })
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => (received += text))
  socket.on('error', () => {})
  socket.on('close', () => resolve(received))
  return promise
}

/** The status of a raw response. */
export function status(response: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(response)?.[1])
}
/** The problem document of a raw response. */
function problem(response: string): Record<string, unknown> {
  return JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>
}

/** Checks an error response of the server itself: all have the same shape. */
export function expectRefusal(response: string, code: number, stable: string): void {
  expect(response).toMatch(new RegExp(`^HTTP/1\\.1 ${code} \\S`))
  expect(response).toMatch(/\r\ncontent-type: application\/problem\+json; charset=utf-8\r\n/i)
  expect(response).toMatch(/\r\nx-content-type-options: nosniff\r\n/i)
  expect(response).toMatch(/\r\nconnection: close\r\n/i)
  expect(response).toMatch(/\r\ndate: .* GMT\r\n/i)
  expect(response).not.toMatch(/x-powered-by|\r\nserver:/i)
  const { requestId, ...rest } = problem(response)
  expect(rest).toMatchObject({ type: 'about:blank', status: code, code: stable })
  expect(rest['title']).toEqual(expect.stringMatching(/\w/))
  expect(response.toLowerCase()).toContain(`x-request-id: ${String(requestId)}\r\n`)
}

/** The end of a raw request that closes its connection. */
export const close = 'connection: close\r\n\r\n'
