import { app, createLogger, router } from 'plinth'
import * as z from 'zod'
import { settings } from '../settings.ts'
import { currentUser } from './dependencies.ts'
import * as tasks from './tasks.ts'

const extra = router('/api/extra', { dependencies: { user: currentUser } })
const extraRoutes = Object.fromEntries(
  Array.from({ length: settings.extraRoutes }, (_, n) => [
    `extra${n}`,
    extra.get(
      `/things-${n}/:id`,
      { params: z.object({ id: z.uuid() }), response: z.object({ id: z.uuid() }) },
      ({ params }) => params,
    ),
  ]),
)

export const api = app({
  title: 'Tasks',
  routes: { tasks, extraRoutes },
  // No contender writes a line for each request.
  log: createLogger({ level: 'warn' }),
})
