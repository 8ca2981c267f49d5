import { setTimeout as delay } from 'node:timers/promises'
import { router } from '../routing/router.ts'
import { app } from '../app/app.ts'
import { createLogger } from '../logging/logger.ts'
import { serve } from './serve.ts'

/** A server of handlers with unhandled rejections, in its own process. */
const log = createLogger({ level: 'info', format: 'json' })
const routes = router('')
const forgets = routes.get('/forgets', {}, () => {
  void delay(20).then(() => {
    throw new Error('forgotten')
  })
  return 'done'
})
const throws = routes.get('/throws', {}, () => {
  setTimeout(() => {
    throw new Error('thrown')
  }, 20)
  return 'done'
})
const { port } = await serve(
  app({ title: 'Careless', log, routes: { routes: { forgets, throws } } }),
  JSON.parse(process.argv[2] ?? '{}') as object,
)
log.info({ port }, 'listening')
