import { describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { internals } from '../http/internals.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import type { Servable } from '../server/serve-options.ts'
import { startChild } from '../telemetry/tracing.ts'
import { DevPage } from './dev-page.ts'

/** A service with a route that starts that many spans of statements, and logs that many lines. */
function recorded(spans: number, lines: number): { page: DevPage; served: Servable } {
  const shop = router('/shop')
  const list = shop.get('/', { response: z.string() }, ({ log }) => {
    for (let n = 0; n < spans; n++)
      startChild({
        kind: 'client',
        name: 'SELECT',
        attributes: () => ({}),
        sql: `select ${n}, '${'x'.repeat(200)}'`,
        values: [n],
      })?.end()
    for (let n = 0; n < lines; n++) log.info({ n, text: 'y'.repeat(1500) }, 'a line')
    return 'done'
  })
  const log = createLogger({ level: 'debug', destination: { write: () => true } })
  const api = app({ title: 'Shop', routes: { shop: { list } }, log })
  const page = new DevPage({
    root: import.meta.dirname,
    assets: import.meta.dirname,
    service: () => {
      throw new Error('the page is not opened here')
    },
  })
  const served = page.around({
    fetch: (request) => api.fetch(request),
    log,
    [internals]: api[internals],
  })
  onTestFinished(() => served.stop?.())
  return { page, served }
}

const ask = (served: Servable, n: number) => served.fetch(new Request(`http://test/shop?n=${n}`))

describe('the recorder of the development page', () => {
  it('keeps the newest 1,000 of 3,000 requests', async () => {
    const { page, served } = recorded(1, 1)
    for (let n = 0; n < 3000; n++) await ask(served, n)
    const kept = [...page.recorder.all()]
    expect(kept).toHaveLength(1000)
    expect(kept.at(-1)).toMatchObject({ id: 3000, target: '/shop?n=2999', status: 200 })
    expect(page.recorder.get(2000)).toBeUndefined()
    expect(page.recorder.bytes).toBeLessThan(8 * 1024 * 1024)
  })

  it('keeps 32 MB at most, with 300 spans and 200 lines of a request, and counts what it left out', async () => {
    const { page, served } = recorded(350, 250)
    for (let n = 0; n < 60; n++) await served.fetch(new Request('http://test/shop'))
    const kept = [...page.recorder.all()]
    expect(kept.length).toBeLessThan(60)
    expect(page.recorder.bytes).toBeLessThan(36 * 1024 * 1024)
    const last = kept.at(-1)!
    expect([last.spans.length, last.lines.length]).toEqual([300, 200])
    expect(last.dropped).toBeGreaterThanOrEqual(100)
  })

  it('takes lines and spans of a request to itself, and stops when the server stops', async () => {
    const { page, served } = recorded(6, 1)
    await Promise.all([1, 2].map(async (n) => await ask(served, n)))
    for (const recording of page.recorder.all()) {
      expect(recording).toMatchObject({ route: '/shop', status: 200, method: 'GET' })
      expect(recording.lines.map(({ message }) => message)).toEqual(['a line'])
      const texts = recording.spans.flatMap(({ text }) => text?.slice(0, 8) ?? [])
      expect(texts).toEqual([0, 1, 2, 3, 4, 5].map((n) => `select ${n}`))
    }
    await served.stop?.()
    expect(startChild({ kind: 'client', name: 'SELECT', attributes: () => ({}) })).toBeUndefined()
  })
})
