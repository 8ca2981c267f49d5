import * as z from 'zod'
import { app, router, serve } from '../../src/index.ts'

/** A server whose handlers compute for a number of milliseconds. It reports its port, and its memory regularly. */
const routes = router('')
const work = routes.get(
  '/work/:ms',
  { params: z.object({ ms: z.coerce.number() }) },
  ({ params }) => {
    const until = performance.now() + params.ms
    while (performance.now() < until);
    return { done: true }
  },
)
const server = await serve(app({ title: 'Overload', docs: false, routes: { routes: { work } } }), {
  port: 0,
  hostname: '127.0.0.1',
})
const report = (): void =>
  void process.send?.({ port: server.port, rss: process.memoryUsage.rss() })
report()
setInterval(report, 100).unref()
process.once('disconnect', () => process.exit())
