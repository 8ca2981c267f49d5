import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import * as z from 'zod'
import { dependency } from '../dependencies/dependency.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'
import { createLogger } from '../logging/logger.ts'

/** An app that authenticates after the deadline has passed, with its events and its log. */
function lateApp() {
  const events: string[] = []
  const lines: string[] = []
  const known = Promise.withResolvers<string>()
  const caller = dependency(() => known.promise, { errors: [401] })
  const sync = dependency(function* () {
    events.push('open')
    try {
      yield 1
    } finally {
      events.push('close')
    }
  })
  const async = dependency(async function* () {
    await Promise.resolve()
    events.push('open')
    try {
      yield 1
    } finally {
      events.push('close')
    }
  })
  const things = router('/things', { dependencies: { caller } })
  const handler = (): string => {
    events.push('handler')
    return 'late'
  }
  const api = app({
    title: 'Late',
    limits: { deadline: 20 },
    routes: {
      things: {
        sync: things.get('/sync', { response: z.string(), dependencies: { sync } }, handler),
        async: things.get('/async', { response: z.string(), dependencies: { async } }, handler),
        body: things.post('/body', { response: z.string(), body: z.unknown() }, handler),
      },
    },
    log: createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } }),
  })
  return { api, events, lines, known }
}

it.each(['sync', 'async', 'body'])(
  'a request whose deadline has passed begins nothing, and gets one response: %s',
  async (path) => {
    const { api, events, lines, known } = lateApp()
    const body = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
    const request = new Request(`http://test/things/${path}`, path === 'body' ? body : {})
    const response = await api.fetch(request)
    expect(response.status).toBe(503)
    const before = lines.length

    known.resolve('ann')
    // A deadline that was started again would pass within its own length.
    await sleep(100)
    expect(events).toEqual([])
    expect(lines.slice(before)).toEqual([])
    expect(lines.filter((line) => line.includes('"msg":"request"'))).toHaveLength(1)
  },
)
