import { describe, expect, it, onTestFinished, vi } from 'vitest'
import * as z from 'zod'
import { jsonLines, sse } from '../http/stream.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'
import { createLogger } from '../logging/logger.ts'
import { serve } from '../server/serve.ts'

const canary = 'canary-of-the-stream'

const rows = async function* (): AsyncGenerator<{ n: number }> {
  yield { n: 1 }
  throw new Error(`${canary}: postgres://ann:hunter2hunter2@db/app`)
}
const brokenBody = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode('1'))
      controller.error(new Error(canary))
    },
  })

const Row = z.object({ n: z.int() })
const streams = router('/streams')
const routes = {
  lines: streams.get('/lines', { response: jsonLines(Row) }, () => rows()),
  events: streams.get('/events', { response: sse(Row) }, () => rows()),
  own: streams.get('/own', {}, () => new Response(brokenBody())),
  whole: streams.get('/whole', {}, () => new Response('as it is')),
}

/** A server, with its log and its standard error. */
async function start() {
  let logged = ''
  const printed: unknown[][] = []
  const print = vi.spyOn(console, 'error').mockImplementation((...said) => void printed.push(said))
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed.push([text])
    return true
  })
  const destination = { write: (line: string) => (logged += line) }
  const log = createLogger({ level: 'info', format: 'json', destination })
  const server = await serve(app({ title: 'Streams', routes: { streams: routes }, log }), {
    port: 0,
    hostname: '127.0.0.1',
    signals: false,
  })
  onTestFinished(async () => {
    print.mockRestore()
    write.mockRestore()
    await server.close()
  })
  return {
    url: `${server.url}/streams`,
    said: () => printed.flat().map((each) => (each instanceof Error ? each.stack : String(each))),
    logged: () => logged,
  }
}

describe('a stream that breaks', () => {
  it.each(['lines', 'events', 'own'])(
    'with %s does not look complete, and its error goes to the log, not to standard error',
    async (name) => {
      const server = await start()
      const response = await fetch(`${server.url}/${name}`)
      expect(response.status).toBe(200)
      await expect(response.text()).rejects.toThrow()
      await expect.poll(() => server.logged()).toContain(canary)
      expect(server.said().join('\n')).not.toContain(canary)
      expect(server.logged()).not.toContain('hunter2')
    },
  )

  it('does not affect a stream that does not break', async () => {
    const server = await start()
    const response = await fetch(`${server.url}/whole`)
    expect(await response.text()).toBe('as it is')
    expect(server.said()).toEqual([])
  })
})
