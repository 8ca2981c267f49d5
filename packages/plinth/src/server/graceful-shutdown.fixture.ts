import { setTimeout as delay } from 'node:timers/promises'
import { createLogger } from '../logging/logger.ts'
import { serve } from './serve.ts'

/** A server in its own process, for tests that end it. Argument 1 is its options, as JSON. */
let isDraining = false
const entered = Promise.withResolvers<void>()
const log = createLogger({ level: 'info', format: 'json' })

const responses: Readonly<Record<string, (request: Request) => Promise<Response>>> = {
  '/ready': async () => new Response('ready', { status: isDraining ? 503 : 200 }),
  '/slow': async () => {
    await delay(50)
    return new Response('x'.repeat(5000))
  },
  '/never': ({ signal }) => {
    entered.resolve()
    signal.addEventListener('abort', () => log.info({}, 'aborted'))
    return new Promise(() => {})
  },
  // Responds once a request for `/never` is in its handler.
  '/entered': async () => {
    await entered.promise
    return new Response('entered')
  },
  '/throw': async () => {
    setImmediate(() => {
      throw new Error('thrown with postgres://ann:canary@db/app')
    })
    return new Response('ok')
  },
  '/reject': async () => {
    void Promise.reject(new Error('rejected with Bearer canarycanary'))
    return new Response('ok')
  },
}

const server = await serve(
  {
    fetch: (request) => (responses[new URL(request.url).pathname] ?? responses['/slow']!)(request),
    drain: () => void (isDraining = true),
    async stop() {
      log.info({}, 'stopped')
    },
    log,
  },
  JSON.parse(process.argv[2] ?? '{}') as object,
)
log.info({ port: server.port }, 'listening')
