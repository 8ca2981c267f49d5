// Load shedding is on by default in production.
import { app, router, serve } from 'plinth'
import * as z from 'zod'
import { settings } from '../settings.ts'
import { compute } from './work.ts'

const routes = router('')
const work = routes.get('/work', { response: z.object({ done: z.literal(true) }) }, compute)
const api = app({ title: 'Overload', routes: { routes: { work } } })
await serve(api, { port: settings.port, hostname: settings.host })
