import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openLoop, percentile, type OpenLoopResult } from './open-loop.ts'

/** A server with handlers of some milliseconds, in its own process. */
export class OverloadServer {
  port = 0
  /** The largest memory since it was reset, in bytes. */
  rss = 0
  readonly #process: ChildProcess

  constructor() {
    const path = fileURLToPath(new URL('overload-server.ts', import.meta.url))
    const env = { ...process.env, NODE_ENV: 'production', VITEST: '' }
    this.#process = fork(path, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#process.on('message', ({ port, rss }: { port: number; rss: number }) => {
      this.port = port
      this.rss = Math.max(this.rss, rss)
    })
  }

  async started(): Promise<void> {
    await once(this.#process, 'message')
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }
}

/** Milliseconds of a handler, and the requests per second that it can serve at most. */
export const work = 20
export const capacity: number = 1000 / work

/** Sends a multiple of the capacity for some seconds. */
export const loadOf = (port: number, factor: number, seconds: number): Promise<OpenLoopResult> =>
  openLoop({ port, path: `/work/${work}`, rate: capacity * factor, seconds })

const factors = [0.5, 1, 2, 3, 5]
const seconds = 20
const rounded = (milliseconds: number): number => Math.round(milliseconds * 10) / 10

/** The full form: each load for 20 seconds, and then a light one, to see the server recover. */
export async function load() {
  const server = new OverloadServer()
  await server.started()
  const rows: object[] = []
  const problems: string[] = []
  let quiet = Number.NaN
  await loadOf(server.port, 0.5, 2)
  for (const factor of factors) {
    server.rss = 0
    const result = await loadOf(server.port, factor, seconds)
    const { rss } = server
    await loadOf(server.port, 0.3, 5)
    const after = await loadOf(server.port, 0.3, 2)
    const p99 = percentile(result.okTimes, 0.99)
    if (factor === 0.5) quiet = p99
    rows.push({
      load: `${factor} x`,
      'served / s': Math.round(result.ok / seconds),
      'p50 ms': rounded(percentile(result.okTimes, 0.5)),
      'p99 ms': rounded(p99),
      '503': `${Math.round((result.refused / result.sent) * 100)} %`,
      'p99 of 503 ms': rounded(percentile(result.refusedTimes, 0.99)),
      'lost or unanswered': result.failed + result.unanswered,
      MB: Math.round(rss / 1e6),
      'p99 ms after 5 s': rounded(percentile(after.okTimes, 0.99)),
    })
    if (result.failed + result.unanswered > 0) problems.push(`${factor} x: lost requests`)
    if (p99 > 4 * quiet) problems.push(`${factor} x: p99 is more than four times the quiet one`)
    if (after.refused > 0) problems.push(`${factor} x: still refuses requests after 5 s`)
  }
  await server.stop()
  return { tables: { [`Handlers of ${work} ms, ${seconds} s each`]: rows }, problems }
}
