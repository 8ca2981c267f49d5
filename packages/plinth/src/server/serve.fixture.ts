import { connect } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { createLogger } from '../logging/logger.ts'
import { serve, type Servable, type ServeOptions, type ServerHandle } from './serve.ts'

/** What a test's app does with a request. */
export type Fetch = Servable['fetch']
/** An app that greets. */
export const hello: Fetch = () =>
  new Response('hello', { headers: { 'content-type': 'text/plain' } })

/** A server of one test, and its log. */
export interface Started {
  server: ServerHandle
  lines: string[]
}

/** Serves on a free port, until the test is over. */
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

/** Sends bytes, and gives all that came back when the server closed the connection. */
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

/** The status of a raw answer. */
export function status(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
}
/** The problem document of a raw answer. */
function problem(answer: string): Record<string, unknown> {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>
}

/** Every refusal below the app has one shape. */
export function expectRefusal(answer: string, code: number, stable: string): void {
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${code} \\S`))
  expect(answer).toMatch(/\r\ncontent-type: application\/problem\+json; charset=utf-8\r\n/i)
  expect(answer).toMatch(/\r\nx-content-type-options: nosniff\r\n/i)
  expect(answer).toMatch(/\r\nconnection: close\r\n/i)
  expect(answer).toMatch(/\r\ndate: .* GMT\r\n/i)
  expect(answer).not.toMatch(/x-powered-by|\r\nserver:/i)
  const { requestId, ...rest } = problem(answer)
  expect(rest).toMatchObject({ type: 'about:blank', status: code, code: stable })
  expect(rest['title']).toEqual(expect.stringMatching(/\w/))
  expect(answer.toLowerCase()).toContain(`x-request-id: ${String(requestId)}\r\n`)
}

/** The end of a raw request whose connection is not used again. */
export const close = 'connection: close\r\n\r\n'
