import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import { dependency } from '../dependencies/dependency.ts'
import { router } from '../routing/router.ts'
import { event } from '../http/content/stream-events.ts'
import { jsonLines, sse } from '../http/stream.ts'
import { app } from '../app/app.ts'
import { createLogger } from '../logging/logger.ts'
import { serve } from './serve.ts'

/** A server of endless streams in its own process. Argument 1 is its options, as JSON. */
const log = createLogger({ level: 'info', format: 'json' })
const tick = z.object({ n: z.int() })

const resource = dependency(
  async function* () {
    try {
      yield 'open'
      log.info({}, 'closed after a success')
    } catch (error) {
      log.info({ code: (error as { code?: string }).code }, 'closed early')
      throw error
    }
  },
  { scope: 'response' },
)
const streams = router('', { dependencies: { resource } })
const events = { response: sse(tick) }

const waits = streams.get('/waits', events, async function* ({ signal }) {
  yield event({ n: 0 }, { retry: 100 })
  await once(signal, 'abort')
  log.info({}, 'heard')
})
const sleeps = streams.get('/sleeps', events, async function* ({ signal }) {
  for (let n = 0; ; n++) {
    yield { n }
    await delay(60_000, undefined, { signal })
  }
})
const ticks = streams.get('/ticks', events, async function* () {
  try {
    for (let n = 0; ; n++) {
      yield { n }
      await delay(20)
    }
  } finally {
    log.info({}, 'cleaned up')
  }
})
const breaks = streams.get('/breaks', events, async function* ({ signal }) {
  yield { n: 0 }
  await once(signal, 'abort')
  throw new Error('broken at the end')
})
const deaf = streams.get('/deaf', events, async function* () {
  yield { n: 0 }
  await new Promise(() => {})
})
const lines = streams.get('/lines', { response: jsonLines(tick) }, async function* ({ signal }) {
  for (let n = 0; n < 20 && !signal.aborted; n++) {
    yield { n }
    await delay(25)
  }
})

const api = app({
  title: 'Streams',
  log,
  routes: { streams: { waits, sleeps, ticks, breaks, deaf, lines } },
})
const { port } = await serve(api, JSON.parse(process.argv[2] ?? '{}') as object)
log.info({ port }, 'listening')
